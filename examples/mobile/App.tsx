import { useEffect, useState } from 'react';
import { SafeAreaView, ScrollView, Text, View } from 'react-native';
import { LeadsScreen } from './phone/leads-screen.tsx';
import type { PhoneApp } from './phone/phone-app.ts';
import { setUp } from './phone/setup.ts';
import { SignInScreen } from './phone/sign-in-screen.tsx';
import { useStyles } from './phone/styles.ts';
import { tell } from './phone/tell.ts';
import { useSession } from './phone/use-session.ts';

/** The app: it takes up the session of its last start, or asks the user to sign in. */
export function App() {
  const styles = useStyles();
  const [app, setApp] = useState<PhoneApp>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    setUp().then(setApp, (error) => setProblem(tell(error)));
  }, []);
  return (
    <SafeAreaView style={styles.screen}>
      <ScrollView>
        <View role="main" style={styles.page}>
          <Text style={styles.brand}>Lead desk</Text>
          {app && <Screens app={app} />}
          {problem !== '' && (
            <Text role="alert" style={styles.alarm}>
              {problem}
            </Text>
          )}
        </View>
      </ScrollView>
    </SafeAreaView>
  );
}

function Screens({ app }: { readonly app: PhoneApp }) {
  const control = useSession(app);
  if (control.session === undefined) return <SignInScreen starts={app.starts} control={control} />;
  return <LeadsScreen session={control.session} control={control} />;
}
