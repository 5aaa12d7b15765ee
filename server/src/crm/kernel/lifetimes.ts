const dayMs = 86_400_000;

/** How long the CRM keeps what ends by itself. `upkeep.ts` deletes it. */
export const lifetimes = {
  /** Bulk reads, bulk writes and imports with their results, from their end; uploads for bulk writes (crm-api 9.1). */
  bulkJobMs: dayMs,
  /** What became of other jobs can be asked for so long after their end. */
  jobMs: 60 * dayMs,
  /** Files of audit-log exports, from the end of the export. */
  auditFileMs: 7 * dayMs,
  /** Uploads to `/files` that no record came to refer to. */
  unusedFileMs: dayMs,
  /** Uploads that ended with their process before they were complete. */
  abandonedFileMs: dayMs,
  /** A deleted record can be restored so long… */
  binMs: 60 * dayMs,
  /** …and is listed as permanently deleted so long after that. */
  purgedMs: 120 * dayMs,
} as const;
