/**
 * Paths of the API that the platform does not have, and that its own rows would otherwise be taken for: what follows
 * such a path is unknown with it. All others that are not built are unknown by themselves. The list comes from holding
 * the paths of the vendor's TypeScript SDK 8.0, and the areas of crm-api 1, against the table of operations; a test does
 * so again (`unbuilt-paths.test.ts`).
 */
export const unbuiltPaths: readonly string[] = [
  'Appointments__s',
  'Appointments_Rescheduled_History__s',
  'Services__s',
  'functions',
  'signals',
];
