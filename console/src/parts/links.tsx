import { Anchor, Button, Menu, NavLink } from '@mantine/core';
import { createLink } from '@tanstack/react-router';

/** Mantine's components as links of the router: `to` and `params` are checked by the compiler. */
export const TextLink = createLink(Anchor<'a'>);
export const ButtonLink = createLink(Button<'a'>);
export const NavigationLink = createLink(NavLink<'a'>);
export const MenuLink = createLink(Menu.Item<'a'>);
