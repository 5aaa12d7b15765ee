import { Anchor, Button, type ButtonProps, Menu, type MenuItemProps, NavLink } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type ButtonLinkProps = ButtonProps & Omit<ComponentPropsWithRef<'a'>, keyof ButtonProps>;
type ScreenButtonProps = ButtonProps & Omit<ComponentPropsWithRef<'button'>, keyof ButtonProps> & { href?: string };
type MenuLinkProps = MenuItemProps & Omit<ComponentPropsWithRef<'a'>, keyof MenuItemProps>;

/** Mantine's components as links of the router: `to` and `params` are checked by the compiler. */
export const TextLink = createLink(Anchor<'a'>);
export const NavigationLink = createLink(NavLink<'a'>);
export const ButtonLink = createLink((props: ButtonLinkProps) => <Button component="a" {...props} />);
export const MenuLink = createLink((props: MenuLinkProps) => <Menu.Item component="a" {...props} />);
/** For what begins something rather than leads somewhere: a button for assistive technology, too. */
export const ScreenButton = createLink(({ href: _, ...props }: ScreenButtonProps) => <Button {...props} />);
