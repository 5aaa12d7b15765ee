import type { RecordList } from '../../store/records/select-records.ts';
import type { CustomView } from './standard-views.ts';

/** A list that holds only some of a module's records. */
export interface ListScope {
  /** What it holds, for the page tokens: they continue this list only. */
  readonly key: string;
  readonly among: NonNullable<RecordList['among']>;
  /** `among` says itself what the user does not see. */
  readonly limited?: boolean;
  /** Its records are those of the recycle bin. */
  readonly binned?: boolean;
  /** Names of records that look-ups point to, beside those of live ones. */
  readonly names?: ReadonlyMap<string, string | null>;
  /** The view that it is, which also says in which order. */
  readonly view?: CustomView;
  /** More keys of the records shown, by their ids. */
  readonly more?: (ids: readonly string[]) => Promise<ReadonlyMap<string, object>>;
}
