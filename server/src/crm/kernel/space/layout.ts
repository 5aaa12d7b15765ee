/** A form that records of a module are shown in; each module begins with one, the standard layout (crm-api 7.3, 11). */
export interface LayoutDefinition {
  readonly name: string;
  readonly active: boolean;
  /** Ids of the profiles whose users may use it; null: all. */
  readonly profiles: readonly string[] | null;
  /** null: as the platform arranges the fields of the module. */
  readonly sections: readonly LayoutSection[] | null;
  /** Fields that it does not show, by the 12-digit part of their ids. */
  readonly unused: readonly number[];
  /**
   * What records hold that are in it. A layout that goes, or is switched off, gives its keys to the one that takes its
   * records over, and gets a new one when it comes back, so that no record has to be written. What is nobody's key
   * means the standard layout.
   */
  readonly keys: readonly string[];
}

export interface LayoutSection {
  readonly id: string;
  readonly label: string;
  /** It shows the rows of a subform, its only field. */
  readonly subform: boolean;
  readonly columns: number;
  readonly fields: readonly LayoutField[];
}

export interface LayoutField {
  /** The 12-digit part of its id. */
  readonly id: number;
  readonly required: boolean;
}
