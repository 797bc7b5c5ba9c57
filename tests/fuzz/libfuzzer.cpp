// libFuzzer's entry: bytes that are neither read nor refused end the program.
#include <cstdint>

#include "fuzz/target.hpp"
#include "support/files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const gradus::test::TempFolder folder;
  gradus::test::FuzzTarget::all().at(0)->reads({bytes, size}, folder.path());
  return 0;
}
