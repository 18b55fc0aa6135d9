"""A certificate authority for one test run, made with the openssl program."""
from . import processes


class Authority:
    def __init__(self, folder, name="ringfence tests"):
        self.folder = folder
        self.name = name
        self.certificate = folder / "ca.crt"
        self._key = folder / "ca.key"
        self._new_key(self._key)
        self._openssl("req", "-x509", "-key", self._key, "-days", "30", "-subj", f"/CN={name}",
                      "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", self.certificate)

    def issue(self, name, common_name, san=""):
        """Returns (certificate, key). `san` as in openssl's subjectAltName."""
        certificate, key, request = (self.folder / f"{name}.{x}" for x in ("crt", "key", "csr"))
        self._new_key(key)
        self._openssl("req", "-new", "-key", key, "-subj", f"/CN={common_name}", "-out", request)
        extensions = processes.write(self.folder / f"{name}.ext", f"subjectAltName={san}\n" if san else "\n")
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                      "-days", "30", "-sha256", "-extfile", extensions, "-out", certificate)
        return certificate, key

    def _new_key(self, path):
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
        path.chmod(0o600)

    @staticmethod
    def _openssl(*arguments):
        processes.run(["openssl", *arguments])
