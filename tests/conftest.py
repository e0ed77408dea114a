"""What every test stands on: no network, a cache of its own, and the system's Chromium where one is asked for."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest

NEAR = ("127.", "localhost", "::1", "0.0.0.0")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session", autouse=True)
def offline() -> Iterator[None]:
    """A connection to another machine is an error here, and model hubs are told so in child processes too."""
    connect = socket.socket.connect

    def connect_nearby(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(NEAR):
            pytest.fail(f"a test tried to reach {address[0]}; the workbench works offline")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_nearby)
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Caches and the shell history of kernels go to a temporary folder, not into the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium. Where there is none the test is skipped, but in CI it fails."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    reason = "no Chromium is installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
