/** @file Lines that ask this server from other programs, ready to be copied. Pure. */

export interface Snippet {
  id: 'curl' | 'javascript' | 'python' | 'react';
  label: string;
  /** What has to be there before it runs. */
  needs: string;
  code: string;
}

interface Place {
  /** `http://127.0.0.1:8080` */
  server: string;
  /** Whether the server wants to know who asks. */
  needsToken: boolean;
}

export function writeSnippets({ server, needsToken }: Place): readonly Snippet[] {
  return [
    { id: 'curl', label: 'curl', needs: 'A terminal.', code: curl(server, needsToken) },
    { id: 'javascript', label: 'JavaScript', needs: 'Node 20 or newer.', code: javascript(server, needsToken) },
    { id: 'python', label: 'Python', needs: 'pip install requests', code: python(server, needsToken) },
    { id: 'react', label: 'React', needs: reactNeeds(needsToken), code: react(server) },
  ];
}

const reactNeeds = (needsToken: boolean): string =>
  needsToken
    ? 'Serve your page from this address, where its reader signs in: a token does not belong into a page.'
    : 'Serve your page from this address, or name its own under serve.origins in tintype.yaml.';

function curl(server: string, needsToken: boolean): string {
  const token = needsToken ? ` \\\n  -H "authorization: Bearer $TINTYPE_TOKEN"` : '';
  return `curl -F file=@picture.jpg${token} \\
  '${server}/predict?top=3'`;
}

function javascript(server: string, needsToken: boolean): string {
  const headers = needsToken ? '\n  headers: { authorization: `Bearer ${process.env.TINTYPE_TOKEN}` },' : '';
  return `import { openAsBlob } from 'node:fs';

const form = new FormData();
form.append('file', await openAsBlob('picture.jpg'), 'picture.jpg');
const response = await fetch('${server}/predict?top=3', {
  method: 'POST',${headers}
  body: form,
});
const answer = await response.json();
if (!response.ok) throw new Error(\`\${answer.code}: \${answer.detail} \${answer.hint}\`);
if (answer.prediction === null) console.log(answer.error); // refused, with its reason
else console.log(answer.prediction, answer.confidence);`;
}

function python(server: string, needsToken: boolean): string {
  const start = needsToken ? 'import os\n\nimport requests' : 'import requests';
  const headers = needsToken ? '\n        headers={"authorization": "Bearer " + os.environ["TINTYPE_TOKEN"]},' : '';
  return `${start}

with open("picture.jpg", "rb") as picture:
    response = requests.post(
        "${server}/predict",
        params={"top": 3},${headers}
        files={"file": picture},
        timeout=30,
    )
answer = response.json()
if not response.ok:
    raise SystemExit(f"{answer['code']}: {answer['detail']} {answer['hint']}")
print(answer["prediction"] or answer["error"], answer["confidence"])`;
}

function react(server: string): string {
  return `import { useCallback, useState } from 'react';

export function usePrediction(server = '${server}') {
  const [state, setState] = useState({ status: 'idle' });
  const predict = useCallback(
    async (file) => {
      setState({ status: 'asking' });
      const form = new FormData();
      form.append('file', file);
      try {
        const response = await fetch(\`\${server}/predict\`, { method: 'POST', body: form });
        const answer = await response.json();
        setState(response.ok ? { status: 'answered', answer } : { status: 'failed', problem: answer });
      } catch {
        setState({ status: 'failed', problem: { detail: 'The server does not answer.' } });
      }
    },
    [server],
  );
  return { ...state, predict };
}`;
}
