import { AppShell, Badge, Burger, Group, Menu, NativeSelect, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ChevronDown, Inbox, LayoutDashboard, LogOut, ScrollText, Server, Settings } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useApprovals } from '../api/approvals.ts';
import { useSession } from '../api/session.ts';
import { useIsPainted } from '../parts/use-painted.ts';
import { useSignedIn } from './rights.tsx';
import classes from './shell.module.css';

const PLACES = [
  { to: '/', label: 'Overview', icon: LayoutDashboard },
  { to: '/servers', label: 'Servers', icon: Server },
  { to: '/approvals', label: 'Approvals', icon: Inbox },
  { to: '/logs', label: 'Logs', icon: ScrollText },
  { to: '/settings', label: 'Settings', icon: Settings },
] as const;

/** What stands around every page: where one can go, what waits, and who one is. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [opened, { toggle, close }] = useDisclosure();
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const isPainted = useIsPainted();
  const seen = useRef(path);
  useEffect(() => {
    if (seen.current === path) return;
    seen.current = path;
    close();
    // a new page begins at its top, for the eye and for the screen reader
    main.current?.focus({ preventScroll: true });
  }, [path, close]);
  useEffect(() => {
    // so does the first, once it is seen: to give the focus costs a layout of its own
    if (isPainted && document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [isPainted]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? 'Close the menu' : 'Open the menu'}
            />
            <Link to="/" className="plain">
              <Text fw={700}>Toolgate</Text>
            </Link>
          </Group>
          <Person />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages" className={opened ? '' : 'closed-on-phone'}>
        <div className={classes['places']}>
          {PLACES.map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              className={classes['place'] ?? ''}
              aria-current={(to === '/' ? path === '/' : path.startsWith(to)) ? 'page' : undefined}
            >
              <Icon size={18} aria-hidden />
              <span>{label}</span>
              {to === '/approvals' && <Waiting />}
            </Link>
          ))}
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} style={{ outline: 'none' }}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

const GLANCE_MS = 10_000;

/** How many calls wait for a person: the same list that pages show. */
function Waiting(): ReactNode {
  const { data: { pages } = {}, hasNextPage } = useApprovals('pending', GLANCE_MS);
  const count = pages?.reduce((sum, { items }) => sum + items.length, 0) ?? 0;
  if (count === 0) return null;
  const text = `${count}${hasNextPage ? '+' : ''}`;
  return (
    <Badge size="sm" color="red" aria-label={`${text} calls wait for an answer`}>
      {text}
    </Badge>
  );
}

function Person(): ReactNode {
  const { user, memberships, organisation } = useSignedIn();
  const { switchTo, signOut } = useSession();
  return (
    <Group gap="sm" wrap="nowrap">
      {memberships.length > 1 && (
        <NativeSelect
          aria-label="Organisation"
          size="xs"
          w={180}
          value={organisation?.id}
          data={memberships.map(({ organisation: { id, name } }) => ({ value: id, label: name }))}
          onChange={({ currentTarget }) => void switchTo(currentTarget.value)}
        />
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <UnstyledButton aria-label={`Account of ${user.name}`}>
            <Group gap={4} wrap="nowrap">
              <Text size="sm" maw={160} truncate>
                {user.name}
              </Text>
              <ChevronDown size={16} aria-hidden />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{memberships.length === 1 ? organisation?.name : user.email}</Menu.Label>
          <Menu.Item component={Link} to="/settings/account" leftSection={<Settings size={16} />}>
            Your account
          </Menu.Item>
          <Menu.Item leftSection={<LogOut size={16} />} onClick={() => void signOut()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
