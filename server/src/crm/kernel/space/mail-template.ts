export const templateKinds = ['email', 'inventory'] as const;

/** A text for mails to records of a module, with merge fields; the operator defines it (crm-api 11). */
export interface MailTemplate {
  readonly kind: (typeof templateKinds)[number];
  readonly name: string;
  readonly description: string | null;
  readonly subject: string;
  readonly content: string;
  readonly format: 'html' | 'text';
  readonly folder: string;
  readonly active: boolean;
}
