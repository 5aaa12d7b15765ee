import type { Module } from './metadata.ts';

const modules = new Set([
  'Leads',
  'Accounts',
  'Contacts',
  'Deals',
  'Quotes',
  'Sales_Orders',
  'Purchase_Orders',
  'Invoices',
  'Cases',
]);

/** Whether mails are sent to the records of a module. */
export function hasEmails({ apiName, generatedType }: Module): boolean {
  return modules.has(apiName) || generatedType === 'custom';
}
