import { type Session, SignInRequiredError } from '@grantway/native';
import { useEffect, useState } from 'react';
import { Text, View } from 'react-native';
import { Button } from './button.tsx';
import { fetchLeads, type Lead, type LeadPage, nameOf } from './leads.ts';
import { useStyles } from './styles.ts';
import { tell } from './tell.ts';
import type { SessionControl } from './use-session.ts';

interface LeadsScreenProps {
  readonly session: Session;
  readonly control: SessionControl;
}

/** The leads of the signed-in user. */
export function LeadsScreen({ session, control }: LeadsScreenProps) {
  const styles = useStyles();
  const [page, setPage] = useState<LeadPage>();
  const [busy, setBusy] = useState(true);
  const [problem, setProblem] = useState('');

  const load = async (before?: LeadPage) => {
    setBusy(true);
    setProblem('');
    try {
      const { leads, nextPageToken } = await fetchLeads(session, before?.nextPageToken);
      setPage({ leads: [...(before?.leads ?? []), ...leads], nextPageToken });
    } catch (error) {
      if (error instanceof SignInRequiredError) control.ended(error);
      else setProblem(tell(error));
    } finally {
      setBusy(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each session
  useEffect(() => {
    void load();
  }, [session]);

  const place = `Signed in at data centre ${session.dataCenter.id.toUpperCase()}`;
  const shown = page?.leads.length ?? 0;
  return (
    <>
      <Text role="heading" aria-level={1} style={styles.title}>
        Leads
      </Text>
      <Text style={styles.soft}>{`${place}${session.environment ? `, ${session.environment}` : ''}`}</Text>
      {problem !== '' && (
        <Text role="alert" style={styles.alarm}>
          {problem}
        </Text>
      )}
      <View role="list" style={styles.choices}>
        {page?.leads.map((lead) => (
          <LeadCard key={lead.id} lead={lead} />
        ))}
      </View>
      <Text role="status" style={styles.soft}>
        {noteOf(busy, page, shown)}
      </Text>
      {page?.nextPageToken !== undefined && (
        <Button disabled={busy} label="More leads" onPress={() => void load(page)} />
      )}
      <Button disabled={busy} label="Refresh" onPress={() => void load()} />
      <Button label="Sign out" onPress={() => void control.signOut()} />
    </>
  );
}

function LeadCard({ lead }: { readonly lead: Lead }) {
  const styles = useStyles();
  return (
    <View role="listitem" style={styles.card}>
      <Text style={styles.name}>{nameOf(lead)}</Text>
      {lead.Company ? <Text style={styles.text}>{lead.Company}</Text> : null}
      {lead.Email ? <Text style={styles.soft}>{lead.Email}</Text> : null}
    </View>
  );
}

function noteOf(busy: boolean, page: LeadPage | undefined, shown: number): string {
  if (busy) return 'Loading…';
  if (page === undefined) return '';
  if (shown === 0) return 'There are no leads yet.';
  return page.nextPageToken === undefined ? `${shown} shown, which are all.` : `${shown} shown.`;
}
