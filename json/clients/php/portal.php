<?php
// The routes of a small portal. The test sends them as lines: {route, session, body}; a web framework calls `route`.
declare(strict_types=1);

require __DIR__ . '/wardkey.php';

const USER = 'YWRhJ3MgaGFuZGxlLCAxNiBieXRlcw'; // of the account that is signed in by other means
const CONSENT = [
    'purpose' => 'consent', 'subject' => 'patient 7', 'signer' => 'Ada Lovelace', 'meaning' => 'I agree', 'time' => 1795392000,
    'items' => [['type' => 'text/plain', 'content' => 'U2hhcmUgbXkgcmVzdWx0cw']],
];
const FAILED = [400, ['code' => 'failed']];

final class Portal
{
    private States $states;
    private array $records = [];
    private array $proofs = []; // re-authentications by web session
    private array $receipts = []; // signed documents

    public function __construct(private Wardkey $wardkey) { $this->states = new States(); }

    private function start(string $action, array $members): array
    {
        $started = $this->wardkey->call($action, $members);
        $this->states->put($started);
        return [200, $started->options];
    }

    public function route(string $path, string $session, string $body): array
    {
        $members = ['session' => $session, 'now' => time()];
        $mine = ['user' => USER, 'records' => array_values($this->records)];
        switch ($path) {
            case '/register/start':
                $account = ['user' => USER, 'name' => 'ada@mail.example', 'existing' => $mine['records']];
                return $this->start('start-registration', $members + $account);
            case '/sign-in/start':
                return $this->start('start-authentication', $members);
            case '/confirm/start': // re-authentication for one act
                return $this->start('start-reauthentication', $members + $mine + ['purpose' => 'export', 'lifetime_secs' => 60]);
            case '/consent/start':
                return $this->start('start-confirmation', $members + $mine + ['document' => CONSENT]);
            case '/export':
                $proof = $this->proofs[$session] ?? null;
                unset($this->proofs[$session]);
                if (!$proof) return FAILED;
                $act = ['now' => time(), 'reauthentication' => $proof, 'user' => USER, 'purpose' => 'export'];
                $this->wardkey->call('spend-reauthentication', $act);
                return [200, ['receipts' => count($this->receipts)]];
        }
        $ids = $this->wardkey->call('read-response', ['response' => $body]);
        $state = $this->states->take($ids->state_id);
        $record = $this->records[$ids->credential_id] ?? null;
        if (!$state) return FAILED; // never started, or used already
        $members += ['state' => $state, 'response' => $body];
        if ($path === '/register/finish') {
            $claimed = $this->wardkey->call('finish-registration', $members + ['stored' => $record])->record;
            $this->records[$claimed->id] = $claimed;
            return [200, ['registered' => $claimed->id]];
        }
        $members['record'] = $record;
        $done = match ($path) {
            '/sign-in/finish' => $this->wardkey->call('finish-authentication', $members),
            '/confirm/finish' => $this->wardkey->call('finish-reauthentication', $members),
            '/consent/finish' => $this->wardkey->call('finish-confirmation', $members + ['document' => CONSENT]),
        };
        // In SQL: UPDATE … SET <set> WHERE <expect>, and one row must change.
        foreach ($done->update->expect ?? [] as $name => $value) {
            if ($record->$name !== $value) return FAILED;
        }
        foreach ($done->update->set ?? [] as $name => $value) $record->$name = $value;
        if (isset($done->reauthentication)) $this->proofs[$session] = $done->reauthentication;
        if (isset($done->receipt)) $this->receipts[] = $done->receipt;
        return [200, ['user' => $done->user, 'factor' => $done->factor]];
    }
}

$portal = new Portal(new Wardkey($argv[1]));
while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line);
    try {
        [$status, $answer] = $portal->route($request->route, $request->session, $request->body);
    } catch (Refused $refused) {
        fwrite(STDERR, $refused->getMessage() . "\n");
        [$status, $answer] = [400, $refused->error->tell];
    }
    echo json_encode(['status' => $status, 'body' => $answer]), "\n";
}
