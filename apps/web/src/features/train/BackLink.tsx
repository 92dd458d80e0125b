/** @file The way back to a list. */
import { Link } from 'wouter';
import { LeftIcon } from '../../components/icons.tsx';
import classes from './Train.module.css';

export function BackLink({ to, label }: { to: string; label: string }) {
  return (
    <Link href={to} className={classes.back}>
      <LeftIcon size={16} /> {label}
    </Link>
  );
}
