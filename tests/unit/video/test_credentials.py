"""Content credentials of files that the test signs itself, with certificates that it makes itself."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys

import pytest
from tests.bad_videos import cut_file, make_video

from fakestormer.types import CredentialStatus
from fakestormer.video import read_credentials

MANIFEST = {
    "claim_generator_info": [{"name": "test camera", "version": "1"}],
    "format": "video/mp4",
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
                    }
                ]
            },
        }
    ],
}


def make_chain():
    """A root and a signer below it, as text: (certificates, private key)."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    begin = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=1)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def name(words):
        kinds = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        return x509.Name([x509.NameAttribute(kind, word) for kind, word in zip(kinds, words, strict=True)])

    def certificate(subject, of_key, is_root, *further):
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
             "decipher_only"), False,
        )  # fmt: skip
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(("Test authority", "Root")))
            .public_key(of_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + dt.timedelta(days=9))
            .add_extension(x509.BasicConstraints(is_root, None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usage), True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(of_key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )
        for extension in further:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])  # what C2PA signers' certificates state
    chain = certificate(("Test newsroom", "Ann"), key, False, mail) + certificate(
        ("Test authority", "Root"), root_key, True
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return chain, private


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    c2pa = pytest.importorskip("c2pa")
    folder = tmp_path_factory.mktemp("signed")
    chain, key = make_chain()
    plain = make_video(folder / "plain.mp4").read_bytes()
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
    out = io.BytesIO()
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(json.dumps(MANIFEST)) as builder:
        builder.sign(signer, "video/mp4", io.BytesIO(plain), out)
    (folder / "signed.mp4").write_bytes(out.getvalue())
    return folder / "signed.mp4"


def test_a_signed_file_says_who_signed_it_and_that_the_signer_is_not_known(signed):
    found = read_credentials(signed)
    assert found.status is CredentialStatus.PRESENT
    assert (found.signer, found.made_with, found.actions) == ("Ann, Test newsroom", "test camera 1", ("c2pa.created",))
    assert not found.trusted
    assert found.problems == ("signingCredential.untrusted",)
    assert "c2pa-python" in found.reader


def test_a_file_that_was_changed_after_signing_is_invalid(signed, tmp_path):
    data = bytearray(signed.read_bytes())
    data[data.rfind(b"mdat") + 100] ^= 0xFF
    (tmp_path / "changed.mp4").write_bytes(data)
    found = read_credentials(tmp_path / "changed.mp4")
    assert found.status is CredentialStatus.INVALID
    assert "assertion.bmffHash.mismatch" in found.problems


def test_a_changed_claim_is_invalid(signed, tmp_path):
    data = signed.read_bytes()
    assert data.count(b"test camera") == 1
    (tmp_path / "claim.mp4").write_bytes(data.replace(b"test camera", b"best camera"))
    assert read_credentials(tmp_path / "claim.mp4").status is CredentialStatus.INVALID


def test_most_files_carry_none(tmp_path):
    pytest.importorskip("c2pa")
    assert read_credentials(make_video(tmp_path / "plain.mp4")).status is CredentialStatus.ABSENT


def test_a_cut_file_and_no_video_at_all_are_no_error(signed, tmp_path):
    assert read_credentials(cut_file(signed, tmp_path / "cut.mp4", 0.6)).status is not CredentialStatus.PRESENT
    (tmp_path / "text.mp4").write_text("no video")
    assert read_credentials(tmp_path / "text.mp4").status is not CredentialStatus.PRESENT


def test_without_the_reader_nothing_is_claimed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    found = read_credentials(make_video(tmp_path / "plain.mp4"))
    assert (found.status, found.reader) == (CredentialStatus.NOT_READ, "")
