// fuzz_seeds TARGET FOLDER: writes the seeds that docs/vectors gives for a target, one file each.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "targets.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: fuzz_seeds TARGET FOLDER\n";
    return 2;
  }
  std::size_t number = 0;
  for (const toxtore::Bytes& seed : toxtore::fuzz::vector_seeds(argv[1])) {
    std::ofstream file(std::filesystem::path(argv[2]) / ("vector-" + std::to_string(++number)), std::ios::binary);
    file << toxtore::to_text(seed);
    if (!file.flush()) {
      std::cerr << "fuzz_seeds: cannot write into " << argv[2] << "\n";
      return 1;
    }
  }
}
