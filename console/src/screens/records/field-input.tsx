import { FilesInput } from './files-input.tsx';
import { type FileItem, itemsIn, type LinkItem, type RowItem } from './form-values.ts';
import { LinksInput } from './links-input.tsx';
import { type InputProps, PlainInput } from './plain-input.tsx';
import { RowsInput } from './rows-input.tsx';

/** The input that fits the field's data type. */
export function FieldInput(props: InputProps) {
  const { field, value } = props;
  const shared = { ...props, label: field.field_label, withAsterisk: field.required ?? field.system_mandatory };
  switch (field.data_type) {
    case 'multiselectlookup':
    case 'multiuserlookup':
      return <LinksInput {...shared} value={itemsIn<LinkItem>(value)} />;
    case 'fileupload':
    case 'imageupload':
      return <FilesInput {...shared} value={itemsIn<FileItem>(value)} />;
    case 'subform':
      return <RowsInput {...shared} value={itemsIn<RowItem>(value)} />;
    default:
      return <PlainInput {...props} />;
  }
}
