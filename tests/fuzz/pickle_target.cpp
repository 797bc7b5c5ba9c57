#include <gradus/data/pth.hpp>
#include <gradus/data/zip.hpp>

#include "fuzz/target.hpp"
#include "support/files.hpp"

namespace gradus::pickle_target {

namespace {

/// As the program of a file of PyTorch with 24 bytes of elements; the zip's checksums would guard it from
/// being changed within one.
void read_in_zip(const std::filesystem::path& program) {
  const test::Bytes bytes = test::read_bytes(program);
  const std::vector<std::byte> elements(24);
  data::ZipWriter zip;
  zip.add("x/data.pkl", {std::as_bytes(std::span(bytes))});
  zip.add("x/data/0", {elements});
  const std::filesystem::path file = program.parent_path() / "x.pth";
  zip.write(file);
  test::touch(data::read_pth(file));
}

}  // namespace

const test::FuzzTarget pickle{"pickle", "data.pkl", {read_in_zip}};

}  // namespace gradus::pickle_target
