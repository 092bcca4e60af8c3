# Loci, Apache License 2.0.
"""A proxy in front of a server that alters some of its replies, to see that the differential test can fail."""

import random
import socket
import threading

import wire


class AlteringProxy:
    """Alters a byte of about every hundredth packet of replies: a digit, a letter, or the type at its beginning."""

    def __init__(self, server, seed=1):
        self.server = server
        self.name = "altered " + server.name
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.altered = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.folder = server.folder

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        print(f"altered {self.altered} replies")

    def connect(self, version=2, deadline=wire.DEADLINE_SECONDS):
        return wire.Connection(self.port, version, deadline)

    def is_running(self):
        return self.server.is_running()

    def answers(self):
        return self.server.answers()

    def log_end(self):
        return self.server.log_end()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server.port))
            for one, other, alters in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._copy, args=(one, other, alters), daemon=True).start()

    def _copy(self, source, target, alters):
        try:
            while data := source.recv(65536):
                target.sendall(self._alter(data) if alters else data)
        except OSError:
            pass
        for side in (source, target):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _alter(self, data):
        with self.lock:
            if self.random.random() > 0.01:
                return data
            changes = {
                b":1\r\n": b":0\r\n",
                b":0\r\n": b":1\r\n",
                b"$-1\r\n": b"*-1\r\n",
                b"#t\r\n": b"#f\r\n",
                b"ERR ": b"ERR: ",
                b"0.5": b"0.6",
            }
            for old, new in changes.items():
                if old in data:
                    self.altered += 1
                    return data.replace(old, new, 1)
        return data
