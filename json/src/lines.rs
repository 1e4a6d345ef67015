//! Requests and answers as lines, in order, with bounded memory.

use std::io::{self, BufRead, BufReader, Read, Write};
use wardkey_json::{Context, MAX_REQUEST_LEN, call, not_utf8, too_long};

/// How many bytes are read and written at once.
const BUFFER: usize = 64 * 1024;

/// What the end of a read is.
enum Line {
    /// A whole line is in the buffer, or the last one without a line feed.
    Read,
    TooLong,
    End,
}

/// Answers each line until the input ends. Answers are written before the next read that may block, so requests in a batch share
/// their writes, and a client that waits for its answer gets it.
pub(crate) fn serve(context: &Context, input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let (mut line, mut answers) = (Vec::new(), Vec::with_capacity(BUFFER));
    loop {
        let next = match read_line(&mut input, &mut line) {
            Ok(next) => next,
            // The time is up, or the client is gone. What was answered goes out first.
            Err(error) => {
                output.write_all(&answers)?;
                return Err(error);
            }
        };
        match next {
            Line::End => break,
            Line::TooLong => answered(&mut answers, &too_long()),
            Line::Read if line.trim_ascii().is_empty() => {}
            Line::Read => {
                let answer = std::str::from_utf8(&line).map_or_else(|_| not_utf8(), |line| call(context, line));
                answered(&mut answers, &answer);
            }
        }
        let more = input.buffer().contains(&b'\n');
        if !more || answers.len() >= BUFFER {
            output.write_all(&answers)?;
            output.flush()?;
            answers.clear();
            answers.shrink_to(BUFFER);
        }
    }
    output.write_all(&answers)?;
    output.flush()
}

fn answered(answers: &mut Vec<u8>, answer: &str) {
    answers.extend_from_slice(answer.as_bytes());
    answers.push(b'\n');
}

/// Reads a line without its line feed. A line that is too long is read to its end, and not kept.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    line.shrink_to(BUFFER);
    let (mut too_long, mut any) = (false, false);
    loop {
        let read = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read.is_empty() {
            return Ok(if too_long {
                Line::TooLong
            } else if any {
                Line::Read
            } else {
                Line::End
            });
        }
        any = true;
        let end = read.iter().position(|byte| *byte == b'\n');
        let part = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
        too_long |= line.len() + part.len() > MAX_REQUEST_LEN;
        if too_long {
            line.clear();
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(if too_long { Line::TooLong } else { Line::Read });
        }
    }
}
