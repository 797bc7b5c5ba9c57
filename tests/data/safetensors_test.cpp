#include "support/catch.hpp"

#include <algorithm>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/safetensors.hpp>
#include <limits>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::safetensors_test {
using namespace test;
using data::read_safetensors;
using data::Safetensors;
using data::write_safetensors;

namespace {

/// A file with this header and data; its length is `header_size` where that is given.
Bytes file_of(const std::string& header, const Bytes& content = {}, std::uint64_t header_size = 0) {
  if (header_size == 0) header_size = header.size();
  Bytes bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(header_size >> (8 * i)));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

std::string complaint(const Bytes& bytes) {
  const TempFolder folder;
  write_bytes(folder / "x.safetensors", bytes);
  const std::string text = error_of<IoError>([&] { read_safetensors(folder / "x.safetensors"); });
  CAPTURE(text);
  CHECK(says(text, {"read_safetensors: ", "/x.safetensors"}));
  return text;
}

/// `"name":{"dtype":...}`, one tensor of a header.
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return '"' + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets +
         "}";
}

std::string header(std::initializer_list<std::string> entries) {
  std::string text;
  for (const std::string& e : entries) text += (text.empty() ? "{" : ",") + e;
  return text + "}";
}

}  // namespace

TEST_CASE("safetensors files give back tensors of every dtype, in order, and metadata",
          "[data][safetensors]") {
  Generator generator(1);
  const Safetensors content{{{"b.weight", randn({2, 3}, {}, &generator)},
                             {"a", randn({4}, {.dtype = float64}, &generator)},
                             {"flags", tensor({{1, 0}, {0, 1}}, {.dtype = boolean})},
                             {"empty", zeros({0, 5})},
                             {"bytes", tensor({1, 2, 255}, {.dtype = uint8})},
                             {"steps", tensor(-7, {.dtype = int64})},
                             {"empty at the end of all", zeros({3, 0}, {.dtype = int64})},
                             {"special", tensor({std::numeric_limits<double>::infinity(), -0.0})},
                             {"turned", transpose(randn({2, 3}, {.requires_grad = true}, &generator), 0, 1)},
                             {"\"quoted\" ü\n", tensor(1.5)}},
                            {{"format", "pt"}, {"epoch", "3"}, {"ü", "\"\\\n"}}};
  const TempFolder folder;
  write_safetensors(folder / "x", content);
  const Safetensors back = read_safetensors(folder / "x");
  CHECK(back.metadata == content.metadata);
  REQUIRE(back.tensors.size() == content.tensors.size());
  for (std::size_t i = 0; i < content.tensors.size(); ++i) {
    CAPTURE(content.tensors[i].first);
    CHECK(back.tensors[i].first == content.tensors[i].first);
    CHECK(same_bits(back.tensors[i].second, content.tensors[i].second));
  }
  CHECK(back.tensors[8].second.is_contiguous());
  CHECK_FALSE(back.tensors[8].second.requires_grad());
  write_safetensors(folder / "y", back);
  CHECK(read_bytes(folder / "x") == read_bytes(folder / "y"));
}

TEST_CASE("a safetensors file is what the format says", "[data][safetensors]") {
  const TempFolder folder;
  write_safetensors(folder / "x", {{{"a", tensor({1, 2}, {.dtype = uint8})}}, {{"k", "v"}}});
  std::string text = R"({"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  text.append((8 - text.size() % 8) % 8, ' ');
  CHECK(read_bytes(folder / "x") == file_of(text, {1, 2}));
  write_safetensors(folder / "none", {});
  CHECK(read_bytes(folder / "none") == file_of("{}      "));
  CHECK(read_safetensors(folder / "none").tensors.empty());
}

TEST_CASE("tensors are read in the order of their data, whatever the header's", "[data][safetensors]") {
  const TempFolder folder;
  write_bytes(folder / "x",
              file_of(header({entry("z", "U8", "[1]", "[1,2]"), entry("y", "U8", "[1]", "[0,1]"),
                              entry("none", "F32", "[0]", "[1,1]")}),
                      {7, 9}));
  const auto content = read_safetensors(folder / "x");
  REQUIRE(content.tensors.size() == 3);
  CHECK(content.tensors[0].first == "y");
  CHECK(content.tensors[0].second.item<int>() == 7);
  CHECK(content.tensors[1].first == "none");
  CHECK(content.tensors[2].second.item<int>() == 9);
}

TEST_CASE("a safetensors file cut anywhere is an error", "[data][safetensors]") {
  const Bytes whole = file_of(header({entry("a", "U8", "[2]", "[0,2]")}), {1, 2});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    complaint({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
  }
  CHECK(says(complaint({1, 2, 3}), {"truncated", "3 bytes"}));
  CHECK(says(complaint(file_of("{}", {}, 3)), {"header has 3 bytes"}));
  CHECK(says(complaint(file_of("{}", {}, ~std::uint64_t{0})), {"18446744073709551615"}));
  CHECK(says(complaint(file_of("{}", {}, 1ULL << 63)), {"9223372036854775808"}));
}

TEST_CASE("a header that is no JSON object of tensors is an error", "[data][safetensors]") {
  for (const char* text : {" ", "{", "x", "{\"a\":}", "{} {}", "{\"\xFF\":1}"})
    CHECK(says(complaint(file_of(text)), {"no JSON"}));
  for (const char* text : {"[]", "1", "null", "\"a\""})
    CHECK(says(complaint(file_of(text)), {"no JSON object"}));
  CHECK(says(complaint(file_of(std::string(100'000, '['))), {"nested too deeply"}));
  std::string nested = "{\"a\":";
  for (int i = 0; i < 10'000; ++i) nested += "{\"a\":";
  CHECK(says(complaint(file_of(nested)), {"nested too deeply"}));
  for (const char* value :
       {"1", "[]", "{}", R"({"dtype":"F32","shape":[]})", R"({"dtype":1,"shape":[],"data_offsets":[0,4]})",
        R"({"dtype":"F32","shape":4,"data_offsets":[0,4]})",
        R"({"dtype":"F32","shape":[],"data_offsets":[0]})"})
    CHECK(says(complaint(file_of(std::string("{\"w\":") + value + "}", {0, 0, 0, 0})), {"tensor w without"}));
  CHECK(says(complaint(file_of(R"({"__metadata__":[]})")), {"metadata"}));
  CHECK(says(complaint(file_of(R"({"__metadata__":{"k":1}})")), {"metadata k"}));
}

TEST_CASE("a name given twice in a header is an error", "[data][safetensors]") {
  const std::string a = entry("a", "U8", "[1]", "[0,1]");
  CHECK(says(complaint(file_of(header({a, a}), {1})), {"names a twice"}));
  CHECK(says(complaint(file_of(R"({"__metadata__":{"k":"1","k":"2"}})")), {"names k twice"}));
  CHECK(
      says(complaint(file_of(R"({"a":{"dtype":"U8","dtype":"F32","shape":[1],"data_offsets":[0,1]}})", {1})),
           {"names dtype twice"}));
}

TEST_CASE("tensors whose description does not fit are errors that name them", "[data][safetensors]") {
  const auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return complaint(file_of(header({entry("w", dtype, shape, offsets)}), {0, 0, 0, 0}));
  };
  REQUIRE(
      read_safetensors([] {
        static const TempFolder folder;
        return write_bytes(folder / "x", file_of(header({entry("w", "F32", "[]", "[0,4]")}), {0, 0, 0, 0}));
      }())
          .tensors.size() == 1);
  for (const char* dtype : {"F8_E4M3", "f32", "", "U64"})
    CHECK(says(one(dtype, "[2]", "[0,4]"), {"tensor w", "F32"}));
  CHECK(says(one("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), {"tensor w", "9 dimensions"}));
  for (const char* shape : {"[-1]", "[1.0]", "[\"1\"]", "[null]", "[1e0]"})
    CHECK(says(one("F32", shape, "[0,4]"), {"tensor w", "whole number"}));
  for (const char* offsets : {"[-4,0]", "[0.0,4]", "[0,\"4\"]", "[0,99999999999999999999999]"})
    CHECK(says(one("F32", "[1]", offsets), {"tensor w", "whole number"}));
  for (const char* shape : {"[4294967296,4294967296]", "[9223372036854775808]", "[0,9223372036854775807,4]"})
    CHECK(says(one("F32", shape, "[0,4]"), {"tensor w", "larger than any memory"}));
  CHECK(says(one("F32", "[2]", "[0,4]"), {"tensor w", "[2]", "takes 8"}));
  CHECK(says(one("F32", "[0]", "[0,4]"), {"tensor w", "[0]", "takes 0"}));
  CHECK(says(one("F32", "[1]", "[4,0]"), {"tensor w", "4 to 0"}));
  CHECK(says(one("F64", "[1]", "[0,8]"), {"truncated", "tensor w", "byte 8", "has 4"}));
  CHECK(says(one("F32", "[1000000000000]", "[0,4000000000000]"), {"truncated", "tensor w"}));
  CHECK(says(one("U8", "[3]", "[0,3]"), {"1 bytes behind its last tensor"}));
  CHECK(says(complaint(file_of(header({entry("w", "BOOL", "[2]", "[0,2]")}), {1, 2})), {"bool", "tensor w"}));
}

TEST_CASE("tensors must lie one after another in the data", "[data][safetensors]") {
  const auto two = [](const std::string& first, const std::string& second) {
    return complaint(
        file_of(header({entry("v", "U8", "[2]", first), entry("w", "U8", "[2]", second)}), {0, 0, 0, 0, 0}));
  };
  CHECK(says(two("[0,2]", "[3,5]"), {"gap", "tensor w", "byte 2"}));
  CHECK(says(two("[1,3]", "[3,5]"), {"gap", "tensor v", "byte 0"}));
  CHECK(says(two("[0,2]", "[1,3]"), {"overlap", "tensor w"}));
  CHECK(says(two("[0,2]", "[0,2]"), {"overlap", "tensor w"}));
  CHECK(says(two("[0,2]", "[18446744073709551613,18446744073709551615]"), {"gap", "tensor w"}));
}

TEST_CASE("elements that no tensor has are widened", "[data][safetensors]") {
  // 1, -2, 65504 (the largest), 2^-24 (the smallest), -0, infinity
  const Bytes halves{0x00, 0x3C, 0x00, 0xC0, 0xFF, 0x7B, 0x01, 0x00, 0x00, 0x80, 0x00, 0x7C};
  const Bytes brains{0x80, 0x3F, 0x00, 0xC0, 0x80, 0xFF};  // 1, -2, -infinity
  const Bytes words{0xFE, 0xFF, 0xFF, 0xFF}, shorts{0xFD, 0xFF}, chars{0xFC};
  Bytes content;
  std::string entries;
  const auto add = [&](const char* name, const char* dtype, const char* shape, const Bytes& bytes) {
    entries += (entries.empty() ? "{" : ",") + entry(name, dtype, shape,
                                                     '[' + std::to_string(content.size()) + ',' +
                                                         std::to_string(content.size() + bytes.size()) + ']');
    content.insert(content.end(), bytes.begin(), bytes.end());
  };
  add("chars", "I8", "[1]", chars);
  add("halves", "F16", "[6]", halves);
  add("brains", "BF16", "[3]", brains);
  add("words", "I32", "[1]", words);
  add("unsigned words", "U32", "[1]", words);
  add("shorts", "I16", "[1]", shorts);
  add("unsigned shorts", "U16", "[1]", shorts);
  const TempFolder folder;
  const auto tensors = read_safetensors(write_bytes(folder / "x", file_of(entries + "}", content))).tensors;
  constexpr double inf = std::numeric_limits<double>::infinity();
  const std::vector<Tensor> expected{tensor({-4}, {.dtype = int64}),
                                     tensor({1, -2, 65504, 0x1p-24, -0.0, inf}),
                                     tensor({1, -2, -inf}),
                                     tensor({-2}, {.dtype = int64}),
                                     tensor({4294967294.0}, {.dtype = int64}),
                                     tensor({-3}, {.dtype = int64}),
                                     tensor({65533}, {.dtype = int64})};
  REQUIRE(tensors.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(tensors[i].first);
    CHECK(same_bits(tensors[i].second, expected[i]));
  }
}

TEST_CASE("a mapped safetensors file is read in place", "[data][safetensors]") {
  const TempFolder folder;
  const Tensor weight = arange(6, {.dtype = float32}), flag = tensor({1}, {.dtype = boolean});
  write_safetensors(folder / "x", {{{"weight", weight}, {"flag", flag}, {"shifted", weight}}, {{"k", "v"}}});
  const Bytes before = read_bytes(folder / "x");
  Safetensors mapped = read_safetensors(folder / "x", {.map = true});
  CHECK(mapped.metadata.at("k") == "v");
  const Tensor expected[] = {weight, flag, weight};
  REQUIRE(mapped.tensors.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(same_bits(mapped.tensors[i].second, expected[i]));
  }
  // In the file the weight is aligned and what stands behind the one byte of the flag is not.
  const auto place = [&](std::size_t i) { return mapped.tensors[i].second.data<float>(); };
  CHECK(reinterpret_cast<std::uintptr_t>(place(0)) % 4096 != 0);  // behind the header in its page: not copied
  CHECK(reinterpret_cast<std::uintptr_t>(place(2)) % 64 == 0);    // in memory of its own

  mapped.tensors[0].second.fill_(9);  // of this process alone
  CHECK(read_bytes(folder / "x") == before);
  const Tensor kept = mapped.tensors[0].second;
  mapped = {};
  write_safetensors(folder / "x", {});  // another file in its place
  CHECK(same_bits(kept, full({6}, 9)));
}

TEST_CASE("what is no file is an error of read_safetensors", "[data][safetensors]") {
  const TempFolder folder;
  CHECK(says(error_of<IoError>([&] { read_safetensors(folder / "no"); }), {"/no", "No such file"}));
  CHECK(
      says(error_of<IoError>([&] { read_safetensors(folder.path()); }), {folder.path().string(), "no file"}));
  CHECK(says(error_of<IoError>([&] { read_safetensors("/dev/null"); }), {"/dev/null", "no file"}));
}

TEST_CASE("write_safetensors leaves nothing behind when it fails", "[data][safetensors]") {
  const TempFolder folder;
  const Tensor x = ones({3});
  const auto refused = [&](const Safetensors& content) {
    return error_of<ValueError>([&] { write_safetensors(folder / "x", content); });
  };
  CHECK(says(refused({{{"w", x}, {"w", x}}, {}}), {"w is given twice"}));
  CHECK(says(refused({{{"__metadata__", x}}, {}}), {"__metadata__"}));
  CHECK(says(refused({{{"\xFF", x}}, {}}), {"UTF-8"}));
  CHECK(says(refused({{{"w", x}}, {{"k", "\xC3"}}}), {"UTF-8"}));
  CHECK(folder.empty());
  const Safetensors content{{{"w", x}}, {}};
  CHECK(says(error_of<IoError>([&] { write_safetensors(folder / "no/x", content); }),
             {"no/x", "No such file"}));
  CHECK(folder.empty());
  std::filesystem::create_directories(folder / "taken/full");
  CHECK(says(error_of<IoError>([&] { write_safetensors(folder / "taken", content); }), {"/taken"}));
  CHECK_FALSE(std::filesystem::exists(folder / "taken.partial"));
}

TEST_CASE("a safetensors file that is written anew is replaced as a whole", "[data][safetensors]") {
  const TempFolder folder;
  write_safetensors(folder / "x", {{{"long", ones({1000})}}, {}});
  write_safetensors(folder / "x", {{{"short", ones({1})}}, {}});
  const auto content = read_safetensors(folder / "x");
  REQUIRE(content.tensors.size() == 1);
  CHECK(content.tensors[0].first == "short");
  CHECK_THROWS_AS(write_safetensors(folder / "x", {{{"a", ones({1})}, {"a", ones({1})}}, {}}), ValueError);
  CHECK(read_safetensors(folder / "x").tensors[0].first == "short");
}

}  // namespace gradus::safetensors_test
