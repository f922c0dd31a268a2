// The fixture of all tests of whole programs: a folder, a bootstrap node, and the logs when something fails.
#pragma once

#include <gtest/gtest.h>

#include <iostream>

#include "harness/bootstrap.h"
#include "harness/temp_folder.h"

namespace toxtore {

class NetworkTest : public testing::Test {
 protected:
  void TearDown() override {
    if (HasFailure()) std::cout << folder.ends_of_logs() << std::flush;
  }

  TempFolder folder;
  Bootstrap bootstrap{folder};
};

}  // namespace toxtore
