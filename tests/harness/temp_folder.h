// A folder for one test, 0700, gone with everything in it when the test ends. If the test has failed by then, the ends
// of the logs in it are printed first.
#pragma once

#include <filesystem>
#include <string>

namespace toxtore {

class TempFolder {
 public:
  TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder();

  /// Short, for the path of a socket must fit 108 bytes.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// The last lines of every log in the folder (*.out and *.err, see Process): for the message of a failure.
  [[nodiscard]] std::string ends_of_logs() const;

 private:
  std::filesystem::path path_;
};

}  // namespace toxtore
