/** @file Keeps a screen that fails from taking the page with it. React knows no other form for this than a class. */
import { Component, type ReactNode } from 'react';
import { ProblemError, staleScreen, toProblem } from '../api/problem.ts';
import { ProblemNotice } from './ProblemNotice.tsx';

interface BoundaryProps {
  /** Another value, such as the address, gives the children a new start. */
  resetKey: string;
  children: ReactNode;
}

interface BoundaryState {
  error: unknown;
  resetKey: string;
}

/** Browsers agree on no name for a module that could not be fetched, only roughly on its words. */
const isMissingModule = (error: unknown): boolean =>
  error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: new ProblemError(isMissingModule(error) ? staleScreen : toProblem(error), { cause: error }) };
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return props.resetKey === state.resetKey ? null : { error: undefined, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div style={{ padding: 24 }}>
        <ProblemNotice error={this.state.error} onRetry={() => location.reload()} />
      </div>
    );
  }
}
