import { useState } from 'react';
import { Pressable, Text, View } from 'react-native';
import { Button } from './button.tsx';
import type { Start } from './phone-app.ts';
import { useStyles } from './styles.ts';
import type { SessionControl } from './use-session.ts';

interface SignInScreenProps {
  readonly starts: readonly Start[];
  readonly control: SessionControl;
}

/** What a user sees who is not signed in. */
export function SignInScreen({ starts, control }: SignInScreenProps) {
  const styles = useStyles();
  const [chosen, setChosen] = useState(starts[0]?.id ?? '');
  const question = 'Where is your account?';
  return (
    <>
      <Text role="heading" aria-level={1} style={styles.title}>
        Your leads, in your pocket
      </Text>
      <Text style={styles.text}>Sign in with your browser. This app never sees your password.</Text>
      {control.problem !== '' && (
        <View style={styles.card}>
          <Text role="alert" style={styles.alarm}>
            {control.problem}
          </Text>
        </View>
      )}
      {starts.length > 1 && (
        <View role="radiogroup" aria-label={question} style={styles.card}>
          <Text style={styles.soft}>{question}</Text>
          <View style={styles.choices}>
            {starts.map(({ id, name }) => (
              <Pressable
                key={id}
                role="radio"
                aria-checked={id === chosen}
                onPress={() => setChosen(id)}
                style={styles.choice}
              >
                <View style={[styles.dot, id === chosen && styles.dotChosen]} />
                <Text style={styles.text}>{name}</Text>
              </Pressable>
            ))}
          </View>
        </View>
      )}
      <Button primary disabled={control.signingIn} label="Sign in" onPress={() => void control.signIn(chosen)} />
      {control.signingIn && <Text style={styles.soft}>Finish in the browser; you come back here by yourself.</Text>}
    </>
  );
}
