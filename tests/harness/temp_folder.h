// A folder for one test, gone with everything in it when the test ends. If the test has failed by then, the ends of the
// logs in it are printed first.
#pragma once

#include <filesystem>
#include <string>

#include "base/test_folder.h"

namespace toxtore {

class TempFolder {
 public:
  TempFolder() = default;
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

  /// The last lines of every log in the folder (*.out and *.err, see Process): for the message of a failure.
  [[nodiscard]] std::string ends_of_logs() const;

 private:
  TestFolder folder_;
};

}  // namespace toxtore
