/** @file Starts the page: color scheme before the first paint, then React. */
import './zod.ts';
import './mantine.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { applyStoredScheme } from './shell/scheme.ts';

applyStoredScheme();

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
