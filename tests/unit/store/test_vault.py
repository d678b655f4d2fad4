"""Tokens at rest: encrypted, rotated, and never in a word of ours."""

import pytest
from sqlalchemy import text

from domain.errors import CredentialsError, SettingsError
from store.engine import Store
from store.vault import StoreTokenCache, Vault, make_key

CANARY = "00D-canary-token"


def test_a_token_comes_back_and_lies_encrypted(store: Store) -> None:
    cache = StoreTokenCache(store, Vault(make_key()))
    assert cache.load("salesforce") is None
    cache.save("salesforce", CANARY)
    cache.save("salesforce", CANARY + "2")
    assert cache.load("salesforce") == CANARY + "2"
    with store.read() as tx:
        assert "canary" not in str(tx.execute(text("SELECT secret FROM token")).scalar())
    cache.save("salesforce", "")
    assert cache.load("salesforce") is None


def test_a_new_key_before_the_old_one_opens_what_the_old_one_closed() -> None:
    old, new = make_key(), make_key()
    kept = Vault(old).encrypt(CANARY)
    assert Vault(f"{new}, {old}").decrypt(kept) == CANARY
    renewed = Vault(f"{new},{old}").encrypt(CANARY)
    assert Vault(new).decrypt(renewed) == CANARY
    with pytest.raises(CredentialsError, match="LEADLOOP_KEY") as refused:
        Vault(new).decrypt(kept)
    assert kept not in str(refused.value)


def test_a_token_kept_under_a_lost_key_counts_as_none(store: Store) -> None:
    StoreTokenCache(store, Vault(make_key())).save("salesforce", CANARY)
    assert StoreTokenCache(store, Vault(make_key())).load("salesforce") is None


def test_without_a_key_nothing_is_kept(store: Store) -> None:
    cache = StoreTokenCache(store, Vault(None))
    cache.save("salesforce", CANARY)
    assert cache.load("salesforce") is None
    with store.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM token")).scalar() == 0
    with pytest.raises(SettingsError, match="LEADLOOP_KEY is not set"):
        Vault(None).encrypt(CANARY)


def test_what_is_no_key_is_said_without_repeating_it() -> None:
    with pytest.raises(SettingsError, match="LEADLOOP_KEY is no key") as refused:
        Vault("canary-that-is-no-key")
    assert "canary" not in str(refused.value)


def test_a_vault_shows_no_key() -> None:
    key = make_key()
    assert repr(Vault(key)) == "Vault(is_open=True)"
