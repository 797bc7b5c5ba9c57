// The fuzzers' files, without a fuzzer: what their names promise holds, and so it does for what is like them.
#include "support/catch.hpp"

#include <algorithm>

#include "fuzz/target.hpp"
#include "support/files.hpp"
#include "support/memory_limit.hpp"
#include "support/sanitized.hpp"

using namespace gradus::test;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> corpus_of(const FuzzTarget& target) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(fs::path(GRADUS_SOURCE_DIR) / "tests/fuzz/corpus" / target.name()))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool begins(const fs::path& file, const char* how) { return file.filename().string().starts_with(how); }

}  // namespace

TEST_CASE("good files are read, bad ones refused by what they are called", "[fuzz][hostile]") {
  const TempFolder folder;
  for (const FuzzTarget* target : FuzzTarget::all()) {
    std::size_t good = 0, bad = 0;
    for (const fs::path& file : corpus_of(*target)) {
      CAPTURE(file);
      const bool read = target->reads(read_bytes(file), folder.path());
      if (begins(file, "good-")) CHECK(read);
      if (begins(file, "bad-")) CHECK_FALSE(read);
      good += begins(file, "good-");
      bad += begins(file, "bad-");
    }
    CAPTURE(target->name());
    CHECK(good >= 2);
    CHECK(bad >= 4);
  }
  CHECK(FuzzTarget::all().size() == 12);
}

TEST_CASE("what a file only claims is not allocated", "[fuzz][hostile]") {
  if (sanitized) return;  // a sanitizer's own memory has no limit
  const TempFolder folder;
  std::vector<std::pair<const FuzzTarget*, Bytes>> files;
  for (const FuzzTarget* target : FuzzTarget::all())
    for (const fs::path& file : corpus_of(*target)) files.emplace_back(target, read_bytes(file));
  const MemoryLimit limit(16 << 20);
  CHECK_THROWS_AS(Bytes(64 << 20), std::bad_alloc);
  for (const auto& [target, bytes] : files) {
    CAPTURE(target->name(), bytes.size());
    REQUIRE(bytes.size() < 1 << 20);
    target->reads(bytes, folder.path());  // throws anything but an IoError on
  }
}

TEST_CASE("a file that is cut within its header is refused", "[fuzz][hostile]") {
  const TempFolder folder;
  for (const FuzzTarget* target : FuzzTarget::all()) {
    if (target->name() == "csv") continue;  // has none; a line less is a table
    const bool is_picture = target->name() == "png" || target->name() == "jpeg";
    const std::size_t end = is_picture ? 12 : 0;  // that says no more than that it is one
    for (const fs::path& file : corpus_of(*target)) {
      if (!begins(file, "good-")) continue;
      const Bytes whole = read_bytes(file);
      for (std::size_t length = 0; length < std::min<std::size_t>(whole.size() - end, 80); ++length) {
        CAPTURE(file, length);
        REQUIRE_FALSE(target->reads(std::span(whole).first(length), folder.path()));
      }
    }
  }
}

TEST_CASE("a file with a byte changed is read or refused", "[fuzz][hostile]") {
  const TempFolder folder;
  for (const FuzzTarget* target : FuzzTarget::all()) {
    std::size_t refused = 0, tried = 0;
    for (const fs::path& file : corpus_of(*target)) {
      if (!begins(file, "good-")) continue;
      Bytes bytes = read_bytes(file);
      for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 80); ++i, ++tried) {
        CAPTURE(file, i);
        const std::uint8_t before = bytes[i];
        bytes[i] = static_cast<std::uint8_t>(before ^ (i % 3 == 0 ? 0xFF : 1 << i % 8));
        refused += !target->reads(bytes, folder.path());
        bytes[i] = before;
      }
    }
    CAPTURE(target->name(), tried);
    CHECK(refused > tried / (target->name() == "cifar" ? 100 : 10));  // whose pixels may be anything
  }
}
