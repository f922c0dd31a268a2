#include "tox/profile_file.h"

#include <tox/tox.h>
#include <tox/toxencryptsave.h>

#include <algorithm>
#include <array>

namespace toxtore {

namespace {

constexpr std::size_t header_size = 8;
constexpr std::array<std::uint8_t, header_size> header{0, 0, 0, 0, 0x1F, 0x1B, 0xED, 0x15};
constexpr std::size_t section_header_size = 8;
constexpr std::uint16_t section_mark = 0x01CE;
constexpr std::uint16_t keys_section = 1;
constexpr std::uint16_t end_section = 255;
constexpr std::size_t keys_size = TOX_NOSPAM_SIZE + TOX_PUBLIC_KEY_SIZE + TOX_SECRET_KEY_SIZE;

std::uint32_t little_endian(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = (value << 8) | bytes[i - 1];
  return value;
}

tl::unexpected<Error> damaged() {
  return fail(ErrorKind::malformed, "The Tox profile is cut off or damaged; use another copy of it.");
}

}  // namespace

bool is_protected_profile(ByteView file) {
  return file.size() >= TOX_PASS_ENCRYPTION_EXTRA_LENGTH && tox_is_data_encrypted(file.data());
}

Result<Bytes> load_profile(ByteView file, const std::optional<std::string_view>& passphrase) {
  if (file.size() > profile_size_max) return fail(ErrorKind::too_long, "The file is too large for a Tox profile.");
  Bytes savedata(file.begin(), file.end());
  if (is_protected_profile(file)) {
    if (!passphrase || passphrase->empty()) {
      return fail(ErrorKind::wrong_passphrase, "The Tox profile is protected; give the passphrase that opens it.");
    }
    savedata.resize(file.size() - TOX_PASS_ENCRYPTION_EXTRA_LENGTH);
    Tox_Err_Decryption error = TOX_ERR_DECRYPTION_OK;
    const ByteView secret = as_bytes(*passphrase);
    tox_pass_decrypt(file.data(), file.size(), secret.data(), secret.size(), savedata.data(), &error);
    if (error == TOX_ERR_DECRYPTION_FAILED) {
      return fail(ErrorKind::wrong_passphrase, "The passphrase does not open the Tox profile, or the file is damaged.");
    }
    if (error == TOX_ERR_DECRYPTION_INVALID_LENGTH) return damaged();
    if (error != TOX_ERR_DECRYPTION_OK) {
      return fail(ErrorKind::internal, "The Tox profile could not be decrypted: out of memory.");
    }
  }
  if (auto checked = check_savedata(savedata); !checked) return fail(checked.error());
  return savedata;
}

Result<Bytes> protect_profile(ByteView savedata, std::string_view passphrase) {
  if (passphrase.empty()) return fail(ErrorKind::invalid_argument, "The passphrase for the Tox profile is empty.");
  Bytes file(savedata.size() + TOX_PASS_ENCRYPTION_EXTRA_LENGTH);
  const ByteView secret = as_bytes(passphrase);
  if (!tox_pass_encrypt(savedata.data(), savedata.size(), secret.data(), secret.size(), file.data(), nullptr)) {
    return fail(ErrorKind::internal, "The Tox profile could not be encrypted: out of memory.");
  }
  return file;
}

Result<void> check_savedata(ByteView savedata) {
  if (savedata.size() < header_size || !std::equal(header.begin(), header.end(), savedata.begin())) {
    return fail(ErrorKind::foreign_file, "The file is not a Tox profile; give a .tox file of a Tox client.");
  }
  bool keys_seen = false;
  ByteView rest = savedata.subspan(header_size);
  while (rest.size() >= section_header_size) {
    const std::uint32_t size = little_endian(rest.subspan(0, 4));
    const std::uint32_t type = little_endian(rest.subspan(4, 2));
    if (little_endian(rest.subspan(6, 2)) != section_mark) return damaged();
    if (type == end_section) return keys_seen ? Result<void>() : damaged();
    rest = rest.subspan(section_header_size);
    if (size > rest.size()) return damaged();
    if (type == keys_section && size != keys_size) return damaged();
    if (type == keys_section) keys_seen = true;
    rest = rest.subspan(size);
  }
  return damaged();
}

}  // namespace toxtore
