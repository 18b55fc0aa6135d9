"""SQL statements out of MariaDB's test files, which are written in the language of its program mysqltest."""
import dataclasses
import pathlib
import re

# What mysqltest does by itself when a command begins with this word.
COMMANDS = frozenset("""
    append_file assert cat_file change_user character_set chmod connect connection copy_file dec delimiter die
    diff_files dirty_close disable_abort_on_error disable_cleanup_on_error disable_column_names
    disable_connect_log disable_cursor_protocol disable_info disable_metadata disable_non_blocking_api
    disable_parsing disable_prepare_warnings disable_ps2_protocol disable_ps_protocol disable_query_log
    disable_reconnect disable_result_log disable_rpl_parse disable_service_connection disable_session_track_info
    disable_view_protocol disable_warnings disconnect echo else enable_abort_on_error enable_cleanup_on_error
    enable_column_names enable_connect_log enable_cursor_protocol enable_info enable_metadata
    enable_non_blocking_api enable_parsing enable_prepare_warnings enable_ps2_protocol enable_ps_protocol
    enable_query_log enable_reconnect enable_result_log enable_rpl_parse enable_service_connection
    enable_session_track_info enable_view_protocol enable_warnings end end_timer error exec execw exit
    file_exists force-cpdir force-rmdir horizontal_results if inc let list_files list_files_append_file
    list_files_write_file lowercase_result mkdir move_file move_if_exists optimizer_trace output
    partially_sorted_result perl ping query_get_value real_sleep reap remove_file remove_files_wildcard
    replace_column replace_numeric_round replace_regex replace_result require reset_connection result rmdir
    rpl_skip save_master_pos send_quit send_shutdown shutdown_server skip sleep sorted_result source start_timer
    sync_slave_with_master sync_with_master system vertical_results wait_for_slave_to_stop while write_file
    evalp disable_long_result enable_long_result
    """.split())
# A statement follows these. With variables in it, only `eval` and its kin would fill them in.
SENDING = frozenset(("query", "query_vertical", "query_horizontal", "send"))
FILLING = frozenset(("eval", "evalp", "eval_result", "send_eval", "query_get_value"))
TEXTS = {"perl": 0, "write_file": 1, "append_file": 1}    # text up to EOF, or the word that is this argument

INSIDE = {quote: re.compile(rf"\\.|{quote}") for quote in "'\"`"}


@dataclasses.dataclass(frozen=True)
class Statement:
    text: bytes
    file: str
    line: int
    fails: bool       # the file says that the server refuses it


class Reader:
    """One file. Bytes are kept as they are: each is one character here."""

    def __init__(self, path, name, root=None, depth=0):
        self.path, self.name, self.root, self.depth = pathlib.Path(path), name, root, depth
        self.lines = self.path.read_bytes().decode("latin-1").split("\n")
        self.at = 0
        self.delimiter = ";"
        self.fails = False
        self.parsing = True

    def statements(self):
        while self.at < len(self.lines):
            start = self.at + 1
            text = self._command()
            if text is not None:
                yield from self._run(text.strip(), start)

    # The text of the next command, or None.
    def _command(self):
        line = self.lines[self.at].lstrip()
        if not line or line.startswith("#"):
            self.at += 1
            return None
        if line.startswith("--"):
            self.at += 1
            return line[2:].lstrip() + "\0"          # up to the end of the line, whatever the delimiter
        if line.startswith(("}", "{")):
            self.lines[self.at] = line[1:]
            return None
        return self._until_delimiter()

    # Quotes hide the delimiter; a block of mysqltest itself ends at its brace.
    def _until_delimiter(self):
        text, quote = [], ""
        opens = re.match(r"\s*(if|while)\b", self.lines[self.at]) is not None
        outside = re.compile(f"['\"`{'{' if opens else ''}]|{re.escape(self.delimiter)}")
        while self.at < len(self.lines):
            line, at = self.lines[self.at], 0
            while True:
                found = (INSIDE[quote] if quote else outside).search(line, at)
                if not found:
                    break
                at, what = found.end(), found.group()
                if quote:
                    if what == quote:
                        quote = ""
                elif what == self.delimiter:
                    text.append(line[:found.start()])
                    self.lines[self.at] = line[at:]
                    return "\n".join(text)
                elif what == "{":
                    self.lines[self.at] = line[at:]
                    return None
                else:
                    quote = what
            text.append(line)
            self.at += 1
        return "\n".join(text)

    def _run(self, text, line):
        dashes = text.endswith("\0")
        text = text.rstrip("\0").rstrip()
        match = re.match(r"[A-Za-z_0-9-]+", text)
        word = match.group().lower() if match else ""
        rest = text[len(word):].strip()
        if word in ("enable_parsing", "disable_parsing"):
            self.parsing = word == "enable_parsing"
        if word in TEXTS:
            self._skip_text(rest, TEXTS[word])
        elif not self.parsing:
            pass
        elif word == "delimiter":
            self.delimiter = rest or self.delimiter
        elif word == "error":
            self.fails = not re.fullmatch(r"0", rest)
        elif word == "source" and self.root is not None and self.depth < 8:
            yield from self._source(rest)
        elif word in COMMANDS and not (word == "if" and dashes) or text.startswith("exec "):
            if not re.match(r"echo|let|(dis|en)able_|replace_|sorted_|vertical|horizontal", word):
                self.fails = False
        elif word in FILLING and "$" in rest:
            self.fails = False
        elif text:
            body = rest if word in SENDING | FILLING else text
            fails, self.fails = self.fails, False
            if body:
                yield Statement(body.encode("latin-1"), self.name, line, fails)

    def _skip_text(self, rest, argument):
        words = rest.split()
        end = words[argument] if len(words) > argument else "EOF"
        rest_of_line = self.lines[self.at].strip() if self.at < len(self.lines) else ""
        if rest_of_line != end:
            self.at += 1
        while self.at < len(self.lines) and self.lines[self.at].strip() != end:
            self.at += 1
        self.at += 1

    def _source(self, name):
        path = self.root / name
        if "$" in name or not path.exists():
            path = self.path.parent / name
        if "$" not in name and path.exists():
            yield from Reader(path, self.name, self.root, self.depth + 1).statements()


def statements(path, name=None, root=None):
    """Of one file; with `root`, also those of the files that it includes from there."""
    return Reader(path, name or str(path), root).statements()
