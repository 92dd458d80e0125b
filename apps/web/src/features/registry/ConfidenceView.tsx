/** @file Can its confidence be believed, and from which on should it answer. */
import type { ModelVersion } from '@tintype/contracts/registry';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import view from './EvaluationView.module.css';
import { Panel } from './EvaluationView.tsx';
import { ReliabilityDiagram } from './ReliabilityDiagram.tsx';
import { ReportScope } from './ReportScope.tsx';
import { Thresholds } from './Thresholds.tsx';
import { useOpenAnswers } from './use-report.ts';

export function ConfidenceView({ version }: { version: ModelVersion }) {
  const open = useOpenAnswers(version);
  return (
    <ReportScope name={version} snapshot={version.snapshot}>
      {(report) => (
        <>
          {open.isError && <ProblemNotice error={open.error} />}
          <div className={view.columns}>
            <Panel title="Reliability">
              <ReliabilityDiagram reliability={report.reliability} />
            </Panel>
            <Panel title="Threshold">
              <Thresholds thresholds={report.thresholds} onShowRefused={(to) => open.mutate({ on: report.on, to })} />
            </Panel>
          </div>
        </>
      )}
    </ReportScope>
  );
}
