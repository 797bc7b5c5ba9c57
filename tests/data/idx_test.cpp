#include "support/catch.hpp"

#include <sys/resource.h>

#include <gradus/autograd/ops.hpp>
#include <gradus/data/idx.hpp>

#include "support/files.hpp"
#include "support/full_disk.hpp"
#include "support/same_bits.hpp"

namespace gradus::idx_test {
using namespace test;
using data::read_idx;
using data::write_idx;

namespace {

Bytes idx(std::uint8_t code, const std::vector<std::uint32_t>& sizes, const Bytes& body) {
  Bytes bytes{0, 0, code, static_cast<std::uint8_t>(sizes.size())};
  for (const std::uint32_t size : sizes)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(size >> shift));
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

Tensor read(const Bytes& bytes) {
  const TempFolder folder;
  return read_idx(write_bytes(folder / "some.idx", bytes));
}

/// What read_idx says about a file `some.idx` of these bytes.
std::string complaint(const Bytes& bytes) {
  const std::string text = error_of<IoError>([&] { read(bytes); });
  CAPTURE(text);
  CHECK(says(text, {"read_idx: ", "/some.idx"}));
  return text;
}

Bytes prefix(const Bytes& bytes, std::size_t length) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)};
}

Bytes gzip_of(const Tensor& x) {
  const TempFolder folder;
  write_idx(folder / "x.gz", x, {.gzip = true});
  return read_bytes(folder / "x.gz");
}

}  // namespace

TEST_CASE("IDX files give back what was written, raw and gzip", "[data][idx]") {
  const bool gzip = GENERATE(false, true);
  const TempFolder folder;
  const auto check = [&](const Tensor& x) {
    write_idx(folder / "x", x, {.gzip = gzip});
    CHECK(same_bits(read_idx(folder / "x"), x));
    const Bytes bytes = read_bytes(folder / "x");
    CHECK((bytes.at(0) == 0x1F && bytes.at(1) == 0x8B) == gzip);
  };
  Generator generator(3);
  const Tensor pixels = randint(0, 256, {5, 4, 3}, {.dtype = int64}, &generator).to(uint8);
  check(pixels);
  check(transpose(pixels, 0, 2));
  check(randn({7}, {.dtype = float32}, &generator));
  check(randn({2, 3}, {.dtype = float64}, &generator));
  check(zeros({0, 28, 28}, {.dtype = uint8}));
  check(zeros({1, 1, 1, 1, 1, 1, 1, 2}, {.dtype = uint8}));
  check(randint(0, 256, {1'500'000}, {.dtype = int64}, &generator).to(uint8));  // several steps of reading
}

TEST_CASE("IDX is written as its description says", "[data][idx]") {
  const TempFolder folder;
  write_idx(folder / "x", tensor({{1, 2, 255}}, {.dtype = uint8}));
  CHECK(read_bytes(folder / "x") == idx(0x08, {1, 3}, {1, 2, 255}));
  write_idx(folder / "x", tensor({1.0, -2.5}));
  CHECK(read_bytes(folder / "x") == idx(0x0D, {2}, {0x3F, 0x80, 0, 0, 0xC0, 0x20, 0, 0}));
}

TEST_CASE("each type code of IDX is read, big-endian and with its sign", "[data][idx]") {
  CHECK(same_bits(read(idx(0x08, {2}, {0, 255})), tensor({0, 255}, {.dtype = uint8})));
  CHECK(same_bits(read(idx(0x09, {3}, {0, 127, 0x80})), tensor({0, 127, -128}, {.dtype = int64})));
  CHECK(same_bits(read(idx(0x0B, {2}, {1, 2, 0xFF, 0xFE})), tensor({258, -2}, {.dtype = int64})));
  CHECK(same_bits(read(idx(0x0C, {2}, {1, 2, 3, 4, 0xFF, 0xFF, 0xFF, 0xFF})),
                  tensor({16909060, -1}, {.dtype = int64})));
  CHECK(same_bits(read(idx(0x0D, {1}, {0xC0, 0x20, 0, 0})), tensor({-2.5})));
  CHECK(same_bits(read(idx(0x0E, {1}, {0x3F, 0xF8, 0, 0, 0, 0, 0, 0})), tensor({1.5}, {.dtype = float64})));
}

TEST_CASE("an IDX file cut anywhere is an error that names file and place", "[data][idx]") {
  const Bytes whole = idx(0x08, {2, 3}, {1, 2, 3, 4, 5, 6});
  REQUIRE(read(whole).shape() == Shape{2, 3});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string text = complaint(prefix(whole, length));
    CAPTURE(length, text);
    CHECK(says(text, {"truncated"}));
    if (length < 4) CHECK(says(text, {std::to_string(length) + " bytes"}));
    if (length >= 4 && length < 8) CHECK(says(text, {"dimension 0"}));
    if (length >= 8 && length < 12) CHECK(says(text, {"dimension 1"}));
    if (length >= 12)
      CHECK(says(text, {"[2, 3], 6 bytes", "but " + std::to_string(length - 12) + " follow"}));
  }
}

TEST_CASE("a file that is no IDX file, or lies about itself, is an error", "[data][idx]") {
  CHECK(says(complaint({1, 0, 8, 1, 0, 0, 0, 1, 9}), {"no IDX file", "01 00 08 01"}));
  CHECK(says(complaint({0, 7, 8, 1, 0, 0, 0, 1, 9}), {"no IDX file", "00 07 08 01"}));
  for (const std::uint8_t code : Bytes{0x00, 0x07, 0x0A, 0x0F, 0xFF})
    CHECK(says(complaint(idx(code, {1}, {9})), {"no IDX file", "type"}));
  CHECK(says(complaint(idx(0x08, {}, {})), {"0 dimensions", "byte 3"}));
  CHECK(says(complaint(idx(0x08, std::vector<std::uint32_t>(9, 1), {1})), {"9 dimensions", "1 to 8"}));
  CHECK(says(complaint(idx(0x08, {2}, {1, 2, 3})), {"longer than its header says", "[2]", "byte 10"}));
  CHECK(says(complaint(idx(0x08, {0, 4}, {1})), {"longer than its header says", "byte 12"}));
}

TEST_CASE("an IDX file that claims more than it holds costs no memory", "[data][idx]") {
  constexpr std::uint32_t most = 0xFFFFFFFF;
  const std::string too_large = "larger than any memory";
  CHECK(says(complaint(idx(0x08, {most, most, most}, {1})), {too_large}));
  CHECK(says(complaint(idx(0x0E, {0x7FFFFFFF, 0x7FFFFFFF}, {1})), {too_large}));
  CHECK(says(complaint(idx(0x08, {0, most, most, most}, {})), {too_large}));  // its strides would overflow
  CHECK(says(complaint(idx(0x08, {0x7FFFFFFF, 0x7FFFFFFF}, {1, 2})), {"truncated", "but 2 follow"}));
  const auto peak = [] {  // in KiB
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const auto before = peak();
  CHECK(says(complaint(idx(0x08, {1U << 30}, {1, 2})), {"truncated", "but 2 follow"}));
  CHECK(peak() - before < 256 * 1024);
}

TEST_CASE("damaged gzip is an error, wherever it is cut or changed", "[data][idx]") {
  const Bytes whole = gzip_of(arange(300).to(uint8));
  REQUIRE(read(whole).shape() == Shape{300});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(says(complaint(prefix(whole, length)), {length < 2 ? "truncated: " : "truncated"}));
  }
  Bytes checksum = whole;
  checksum.at(whole.size() - 8) ^= 1;
  CHECK(says(complaint(checksum), {"damaged at byte"}));
  Bytes middle = whole;
  for (std::size_t i = whole.size() / 2; i < whole.size() / 2 + 8; ++i) middle.at(i) ^= 0xFF;
  complaint(middle);
  Bytes garbage{0x1F, 0x8B};
  for (int i = 0; i < 100; ++i) garbage.push_back(static_cast<std::uint8_t>(37 * i + 11));
  CHECK(says(complaint(garbage), {"damaged at byte 0"}));
}

TEST_CASE("what is no file at all is an error of read_idx", "[data][idx]") {
  const TempFolder folder;
  CHECK(says(error_of<IoError>([&] { read_idx(folder / "missing.idx"); }),
             {"missing.idx", "cannot be opened", "No such file"}));
  CHECK(says(error_of<IoError>([&] { read_idx(folder.path()); }), {folder.path().string(), "is a folder"}));
  CHECK(says(error_of<IoError>([&] { read_idx(folder / std::string(400, 'x')); }), {"cannot be opened"}));
}

TEST_CASE("write_idx refuses what the format has no place for", "[data][idx]") {
  const TempFolder folder;
  CHECK_THROWS_AS(write_idx(folder / "x", zeros({2}, {.dtype = int64})), DTypeError);
  CHECK_THROWS_AS(write_idx(folder / "x", zeros({2}, {.dtype = boolean})), DTypeError);
  CHECK_THROWS_AS(write_idx(folder / "x", tensor(1)), ShapeError);
  CHECK(folder.empty());
  CHECK(says(error_of<IoError>([&] { write_idx(folder / "no/x", zeros({2})); }), {"no/x", "No such file"}));
}

TEST_CASE("write_idx leaves what was there when the disk is full", "[data][idx]") {
  const bool gzip = GENERATE(false, true);
  const TempFolder folder;
  Generator generator(5);
  write_idx(folder / "x", ones({2}), {.gzip = gzip});
  const Bytes before = read_bytes(folder / "x");
  std::string text;
  {
    const FullDisk full(4096);
    text = error_of<IoError>(
        [&] { write_idx(folder / "x", randn({50'000}, {.dtype = float32}, &generator), {.gzip = gzip}); });
  }
  CHECK(says(text, {"/x cannot be written (File too large)"}));
  CHECK(read_bytes(folder / "x") == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

}  // namespace gradus::idx_test
