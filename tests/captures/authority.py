"""Keys and certificates for the captures, made with the openssl command: an authority of our own and what it issues."""

import os
import subprocess

CONFIG = """
[ca]
default_ca = here
[here]
database = %(folder)s/index.txt
new_certs_dir = %(folder)s
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
organizationName = optional
"""
# X.509 times of a certificate whose time is over, whatever the clock says that runs this.
PAST = ("20190301000000Z", "20190601000000Z")


def openssl(*arguments, cwd):
    """One openssl command; what it says is shown only where it fails."""
    done = subprocess.run(["openssl", *arguments], cwd=cwd, capture_output=True)
    if done.returncode:
        raise RuntimeError("openssl %s: %s" % (arguments[0], done.stderr.decode("utf-8", "replace")))


class Authority:
    """A root certificate `NAME.pem` in `folder` that issues certificates for host names."""

    def __init__(self, folder, name, subject):
        self.folder = os.path.join(folder, name)
        self.certificate = os.path.join(self.folder, "root.pem")
        self.key = os.path.join(self.folder, "root.key")
        self.config = os.path.join(self.folder, "ca.cnf")
        os.makedirs(self.folder)
        with open(self.config, "w", encoding="ascii") as stream:
            stream.write(CONFIG % {"folder": self.folder})
        open(os.path.join(self.folder, "index.txt"), "w", encoding="ascii").close()
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", subject, "-keyout", self.key,
                "-out", self.certificate, cwd=self.folder)

    def issue(self, host, times=None, names=()):
        """A certificate for `host` and more names, by default for a year; the paths of certificate and key."""
        stem = os.path.join(self.folder, host)
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=%s" % host, "-keyout", stem + ".key", "-out",
                stem + ".csr", cwd=self.folder)
        with open(stem + ".ext", "w", encoding="ascii") as stream:
            stream.write("subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
                         % ",".join("DNS:" + name for name in (host, *names)))
        lasting = ("-startdate", times[0], "-enddate", times[1]) if times else ("-days", "365")
        openssl("ca", "-batch", "-notext", "-config", self.config, "-cert", self.certificate, "-keyfile", self.key,
                "-extfile", stem + ".ext", "-in", stem + ".csr", "-out", stem + ".pem", *lasting, cwd=self.folder)
        return stem + ".pem", stem + ".key"
