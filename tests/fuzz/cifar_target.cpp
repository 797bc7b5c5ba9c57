#include <gradus/data/cifar.hpp>

#include "fuzz/target.hpp"
#include "support/files.hpp"

namespace gradus::cifar_target {

namespace {

/// The first byte says which of the two sets the others are of.
void read_either(const std::filesystem::path& file) {
  test::Bytes bytes = test::read_bytes(file);
  const bool fine = !bytes.empty() && bytes[0] % 2 == 1;
  if (!bytes.empty()) bytes.erase(bytes.begin());
  const std::filesystem::path folder = file.parent_path();
  test::write_bytes(folder / (fine ? "test.bin" : "test_batch.bin"), bytes);
  const data::Cifar set =
      fine ? data::cifar100(folder, data::Split::test) : data::cifar10(folder, data::Split::test);
  test::touch(set.get(set.size() - 1).image);
}

}  // namespace

const test::FuzzTarget cifar{"cifar", "x", {read_either}};

}  // namespace gradus::cifar_target
