#include <iostream>
#include <sstream>

#include "base/utf8.h"
#include "daemon/options.h"
#include "targets.h"
#include "wire/roster_statement.h"

namespace toxtore::fuzz {
namespace {

/// Keeps what is printed off the terminal.
class Silence {
 public:
  Silence() : out_(std::cout.rdbuf(text_.rdbuf())), err_(std::cerr.rdbuf(text_.rdbuf())) {}
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    std::cout.rdbuf(out_);
    std::cerr.rdbuf(err_);
  }
  [[nodiscard]] bool heard_something() const { return !text_.str().empty(); }

 private:
  std::ostringstream text_;
  std::streambuf* out_;
  std::streambuf* err_;
};

void check(const Options& options) {
  require(!options.profile.empty() && options.profile.find('/') == std::string::npos, "a profile is one folder");
  require(!options.data_folder.empty() && !options.socket.empty(), "folder and socket have a place");
  require(!options.device_name.empty() && options.device_name.size() <= device_name_size_max &&
              is_utf8(options.device_name),
          "a device has a name that fits a statement");
  require(!options.name || is_utf8(*options.name), "a name is UTF-8");
  require(options.tox.start_port <= options.tox.end_port, "a range of ports begins before it ends");
}

}  // namespace

void toxtored_arguments(ByteView input) {
  std::vector<std::string> words{"toxtored"};
  std::istringstream text(to_text(input));
  for (std::string word; std::getline(text, word, '\0');) words.push_back(word);
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  const Silence silence;
  const auto parsed = parse_options(static_cast<int>(pointers.size()), pointers.data());
  if (const auto* options = std::get_if<Options>(&parsed)) return check(*options);
  require(silence.heard_something(), "who is sent away is told why");
}

}  // namespace toxtore::fuzz
