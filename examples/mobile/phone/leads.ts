import type { Session } from '@grantway/native';

export interface Lead {
  readonly id: string;
  readonly First_Name?: string | null;
  readonly Last_Name: string;
  readonly Company?: string | null;
  readonly Email?: string | null;
}

/** Leads in the order of the CRM, and what gives the ones after them. */
export interface LeadPage {
  readonly leads: readonly Lead[];
  readonly nextPageToken: string | undefined;
}

interface Answer {
  readonly data: readonly Lead[];
  readonly info: { readonly next_page_token?: string | null };
}

const leadsAtOnce = 20;

/** A page of the signed-in user's leads, newest first. */
export async function fetchLeads(session: Session, pageToken?: string): Promise<LeadPage> {
  const query = new URLSearchParams({
    fields: 'First_Name,Last_Name,Company,Email',
    per_page: String(leadsAtOnce),
    sort_by: 'Created_Time',
    sort_order: 'desc',
    ...(pageToken !== undefined && { page_token: pageToken }),
  });
  const answer = await session.json<Answer>({ url: `/crm/v8/Leads?${query}` });
  return { leads: answer?.data ?? [], nextPageToken: answer?.info.next_page_token ?? undefined };
}

export function nameOf({ First_Name: first, Last_Name: last }: Lead): string {
  return [first, last].filter(Boolean).join(' ');
}
