import { Button, CloseButton, FileButton, Group, Input, Text } from '@mantine/core';
import { type Ref, useState } from 'react';
import { uploadFile } from '../../api/crm.ts';
import { recordsTexts as texts } from '../../texts/records.ts';
import type { FileItem } from './form-values.ts';
import { ItemsFrame, type ItemsInputProps } from './items-frame.tsx';

/** Uploads files for a field; they are kept with the record when it is saved. */
export function FilesInput({
  field,
  space,
  value,
  onChange,
  label,
  error,
  withAsterisk,
  ref,
}: ItemsInputProps<FileItem>) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const room = field.length - value.length;
  const add = async (files: readonly File[]) => {
    setFailure(undefined);
    setBusy(true);
    const added: FileItem[] = [];
    try {
      for (const file of files.slice(0, room)) added.push({ name: file.name, fileId: await uploadFile(space, file) });
      if (files.length > room) setFailure(texts.mostFiles(field.length));
    } catch (problem) {
      setFailure(problem instanceof Error ? problem.message : String(problem));
    } finally {
      setBusy(false);
      if (added.length > 0) onChange([...value, ...added]);
    }
  };
  const accept = field.data_type === 'imageupload' ? { accept: 'image/*' } : {};
  return (
    <ItemsFrame label={label} withAsterisk={withAsterisk} error={failure ?? error}>
      {value.map((item) => (
        <Group key={item.itemId ?? item.fileId} gap="xs" wrap="nowrap">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {item.name}
          </Text>
          <CloseButton
            aria-label={texts.removeItem(item.name)}
            onClick={() => onChange(value.filter((each) => each !== item))}
          />
        </Group>
      ))}
      <Group>
        <FileButton
          multiple={field.length > 1}
          {...accept}
          onChange={(files) => add([files].flat().filter((file) => file !== null))}
        >
          {(button) => (
            <Button
              {...button}
              ref={ref as unknown as Ref<HTMLButtonElement>}
              size="xs"
              variant="default"
              loading={busy}
              disabled={room <= 0}
            >
              {texts.addFile(label)}
            </Button>
          )}
        </FileButton>
      </Group>
      <Input.Description>{texts.filesHint(field.length)}</Input.Description>
    </ItemsFrame>
  );
}
