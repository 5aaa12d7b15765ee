import { ActionIcon, Badge, Button, Group, Menu, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { AdministeredUser } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { useSession } from '../../app/session.tsx';
import { IconDots, IconPlus } from '../../parts/icons.tsx';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';
import { CreateUser } from './create-user.tsx';
import { SearchedList } from './searched-list.tsx';
import { UserAction, type UserActionName } from './user-action.tsx';

interface Doing {
  readonly user: AdministeredUser;
  readonly action: UserActionName;
}

/** The users of the data centre, and what an operator does with them. */
export function UsersTab() {
  const [creating, setCreating] = useState(false);
  const [doing, setDoing] = useState<Doing>();
  return (
    <>
      <SearchedList
        tab="users"
        options={administrationQueries.users}
        action={
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setCreating(true)}>
            {texts.createUser}
          </Button>
        }
      >
        {({ users }) => (
          <Table.ScrollContainer minWidth={720}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{texts.user}</Table.Th>
                  <Table.Th>{texts.organizations}</Table.Th>
                  <Table.Th>{texts.state}</Table.Th>
                  <Table.Th>{texts.created}</Table.Th>
                  <Table.Th>{texts.actions}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {users.map((user) => (
                  <UserRow key={user.userId} user={user} act={(action) => setDoing({ user, action })} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </SearchedList>
      <CreateUser opened={creating} close={() => setCreating(false)} />
      <UserAction doing={doing} close={() => setDoing(undefined)} />
    </>
  );
}

function UserRow({ user, act }: { readonly user: AdministeredUser; readonly act: (action: UserActionName) => void }) {
  const session = useSession();
  const own = session.user.userId === user.userId;
  const actions: readonly (readonly [UserActionName, string])[] = [
    ['setPassword', texts.setPassword],
    ['endTokens', texts.endTokens],
    // Operators cannot lock themselves out.
    ...(own
      ? []
      : [user.active ? (['deactivate', texts.deactivate] as const) : (['activate', texts.activate] as const)]),
    ...(own ? [] : [user.operator ? (['demote', texts.demote] as const) : (['promote', texts.promote] as const)]),
  ];
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          {user.email}
        </Text>
        <Text size="xs" c="dimmed">
          {user.firstName} {user.lastName}
        </Text>
      </Table.Td>
      <Table.Td>{user.organizations.map(({ name }) => name).join(', ')}</Table.Td>
      <Table.Td>
        <Group gap={4}>
          <Badge variant="light" color={user.active ? 'green' : 'red'}>
            {user.active ? texts.active : texts.inactive}
          </Badge>
          {user.operator && <Badge variant="light">{texts.operator}</Badge>}
        </Group>
      </Table.Td>
      <Table.Td>
        <Time iso={user.createdAt} />
      </Table.Td>
      <Table.Td>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="default" size="lg" aria-label={texts.manageOf(user.email)}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {actions.map(([action, label]) => (
              <Menu.Item key={action} onClick={() => act(action)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}
