import { useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import { ErrorNotice, Notice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { number } from '../i18n/format.js';
import { s } from '../i18n/settings/texts.js';

interface Tested {
  delivered: boolean;
  status: number | null;
  duration_ms: number;
  error: string | null;
}

/** Sends a delivery without changes, and shows the response of the receiver. */
export function TestWebhook({ id }: { id: string }) {
  const [result, setResult] = useState<Tested | null>(null);
  const test = useAction(async () => {
    setResult(null);
    setResult(await answer(api.POST('/webhooks/{id}/test', { params: { path: { id } } })));
  });
  return (
    <>
      <button type="button" disabled={test.isRunning} onClick={() => void test.run()}>
        {test.isRunning ? s.webhooks.testing : s.webhooks.test}
      </button>
      <div class="test-result" role="status">
        {result &&
          (result.delivered ? (
            <Notice
              tone="good"
              what={s.webhooks.tested(String(result.status), number(result.duration_ms))}
              todo={null}
            />
          ) : (
            <Notice tone="bad" {...s.webhooks.testFailed} technical={result.error} />
          ))}
      </div>
      {test.error && (
        <div class="test-result">
          <ErrorNotice error={test.error} />
        </div>
      )}
    </>
  );
}
