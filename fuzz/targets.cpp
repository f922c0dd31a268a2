#include "targets.h"

namespace toxtore::fuzz {

const std::map<std::string, Target>& targets() {
  static const std::map<std::string, Target> all = {
      {"packets", packets},
      {"events", events},
      {"bundles", bundles},
      {"statements", statements},
      {"texts", texts},
      {"nodes", nodes},
      {"backups", backups},
      {"key_files", key_files},
      {"profiles", profiles},
      {"rpc_lines", rpc_lines},
      {"toxtore_arguments", toxtore_arguments},
      {"toxtored_arguments", toxtored_arguments},
      {"engine", engine},
  };
  return all;
}

}  // namespace toxtore::fuzz
