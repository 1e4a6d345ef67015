<?php
// A client of the process wardkey over its Unix socket, and a store of states. PHP 8.1 or later, no packages.
declare(strict_types=1);

/** An answer with an error: `error->tell` is the body for the browser, the message is the line for the log. */
final class Refused extends Exception
{
    public function __construct(public readonly object $error, string $log, public readonly ?object $evidence)
    {
        parent::__construct($log);
    }
}

/** One connection, which is opened again when it was closed. A request changes nothing, so it may be sent twice. */
final class Wardkey
{
    private $stream = null;
    private int $number = 0;

    public function __construct(private readonly string $path) {}

    public function call(string $action, array $members): object
    {
        $request = ['v' => 1, 'id' => ++$this->number, 'do' => $action] + $members;
        $line = json_encode($request, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE) . "\n";
        $answer = json_decode($this->exchange($line) ?? $this->exchange($line) ?? 'null'); // objects, so that {} stays {}
        if (($answer->id ?? null) !== $this->number) {
            $this->stream = null;
            throw new RuntimeException('wardkey gave no answer');
        }
        return $answer->ok ?? throw new Refused($answer->error, $answer->log, $answer->evidence ?? null);
    }

    private function exchange(string $line): ?string
    {
        $this->stream ??= @stream_socket_client("unix://$this->path", timeout: 10) ?: null;
        for ($sent = 0; $this->stream && $sent < strlen($line); $sent += $count) {
            $count = @fwrite($this->stream, substr($line, $sent)) or $this->stream = null;
        }
        $answer = $this->stream ? fgets($this->stream) : false;
        if ($answer === false) $this->stream = null;
        return $answer === false ? null : $answer;
    }
}

/** Delete-and-return: each state is taken once. In SQL: DELETE FROM states WHERE id = ? RETURNING state. */
final class States
{
    private array $states = [];

    public function put(object $started): void { $this->states[$started->state_id] = $started->state; }

    public function take(?string $id): ?object
    {
        $state = $this->states[$id ?? ''] ?? null;
        unset($this->states[$id ?? '']);
        return $state;
    }
}
