#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/data/npy.hpp>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::npy_test {
using namespace test;
using data::read_npy;
using data::read_npz;

namespace {

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(GRADUS_SOURCE_DIR) / "tests/fixtures/files" / name;
}

/// -3, -2, -1, .. as the fixtures count; from 0 and 0, 1, 0, .. where the dtype asks for it.
Tensor numbers(const Shape& shape, DType dtype, double start = -3) {
  const Tensor all = arange(start, start + static_cast<double>(numel(shape)));
  if (dtype != boolean) return reshape(all.to(dtype), shape);
  const Tensor half = arange(numel(shape)).to(float64) / 2;
  return reshape(half != floor(half), shape);
}

/// A .npy file of version 1 with this header and 12 bytes of elements.
Bytes npy(const std::string& header, std::size_t elements = 12) {
  Bytes bytes{0x93,
              'N',
              'U',
              'M',
              'P',
              'Y',
              1,
              0,
              static_cast<std::uint8_t>(header.size() & 0xFF),
              static_cast<std::uint8_t>(header.size() >> 8)};
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.resize(bytes.size() + elements);
  return bytes;
}

std::string complaint(const Bytes& bytes) {
  const TempFolder folder;
  write_bytes(folder / "x.npy", bytes);
  const std::string text = error_of<IoError>([&] { read_npy(folder / "x.npy"); });
  CAPTURE(text);
  CHECK(says(text, {"read_npy: ", "/x.npy"}));
  return text;
}

}  // namespace

TEST_CASE("arrays of every dtype, as NumPy wrote them", "[data][npy]") {
  for (const char* file : {"numpy.npz", "compressed.npz"}) {
    CAPTURE(file);
    const data::NamedTensors arrays = read_npz(fixture(file));
    const std::vector<std::pair<std::string, Tensor>> expected{
        {"f2", numbers({2, 3}, float32)},  {"f4", numbers({2, 3}, float32)},
        {"f8", numbers({2, 3}, float64)},  {"i1", numbers({2, 3}, int64)},
        {"i2", numbers({2, 3}, int64)},    {"i4", numbers({2, 3}, int64)},
        {"i8", numbers({2, 3}, int64)},    {"u1", numbers({2, 3}, uint8, 0)},
        {"u2", numbers({2, 3}, int64, 0)}, {"u4", numbers({2, 3}, int64, 0)},
        {"?", numbers({2, 3}, boolean)},   {"scalar", tensor(-3)},
        {"empty", zeros({0, 3})},          {"folder/name", numbers(4, float32)}};
    REQUIRE(arrays.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(expected[i].first);
      CHECK(arrays[i].first == expected[i].first);
      CHECK(same_bits(arrays[i].second, expected[i].second));
    }
  }
}

TEST_CASE("Fortran order, the other byte order and the format's second version are read", "[data][npy]") {
  CHECK(same_bits(read_npy(fixture("fortran.npy")), numbers({2, 3, 4}, float32)));
  CHECK(read_npy(fixture("fortran.npy")).is_contiguous());
  CHECK(same_bits(read_npy(fixture("big_endian.npy")), numbers({2, 3}, float64)));
  CHECK(same_bits(read_npy(fixture("version2.npy")), numbers({2, 3}, float32)));
}

TEST_CASE("what is written is what NumPy writes", "[data][npy]") {
  const TempFolder folder;
  data::write_npy(folder / "c.npy", numbers({2, 3}, float32));
  const Bytes bytes = read_bytes(folder / "c.npy");
  CHECK(bytes.size() == 128 + 24);
  const std::string header(bytes.begin() + 10, bytes.begin() + 128);
  CHECK(header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } "));
  CHECK(header.back() == '\n');
  data::write_npy(folder / "f.npy", numbers({2, 3, 4}, float32), {.fortran_order = true});
  CHECK(read_bytes(folder / "f.npy") == read_bytes(fixture("fortran.npy")));
}

TEST_CASE("arrays come back with all their bits", "[data][npy]") {
  Generator generator(1);
  const data::NamedTensors content{
      {"b.weight", randn({2, 3}, {}, &generator)},
      {"turned", transpose(randn({2, 3}, {.requires_grad = true}, &generator), 0, 1)},
      {"flags", tensor({{1, 0}, {0, 1}}, {.dtype = boolean})},
      {"none", zeros({0, 5})},
      {"steps", tensor(-7, {.dtype = int64})},
      {"bytes", tensor({1, 2, 255}, {.dtype = uint8})},
      {"exact", randn({7}, {.dtype = float64}, &generator)}};
  const TempFolder folder;
  for (const bool compress : {false, true}) {
    data::write_npz(folder / "x.npz", content, {.compress = compress});
    const data::NamedTensors back = read_npz(folder / "x.npz");
    REQUIRE(back.size() == content.size());
    for (std::size_t i = 0; i < content.size(); ++i) {
      CAPTURE(content[i].first, compress);
      CHECK(back[i].first == content[i].first);
      CHECK(same_bits(back[i].second, content[i].second));
      for (const bool fortran : {false, true}) {
        data::write_npy(folder / "x.npy", content[i].second, {.fortran_order = fortran});
        CHECK(same_bits(read_npy(folder / "x.npy"), content[i].second));
      }
    }
  }
  data::write_npz(folder / "y.npz", content, {.compress = true});
  CHECK(read_bytes(folder / "x.npz") == read_bytes(folder / "y.npz"));  // no clock in the file
}

TEST_CASE("a header that is none of NumPy's is an error", "[data][npy]") {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
  const TempFolder folder;
  REQUIRE(read_npy(write_bytes(folder / "x.npy", npy(good))).shape() == Shape(3));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string header = good;
    return complaint(npy(header.replace(header.find(from), from.size(), to)));
  };
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"{", ""},
                                                                                 {"}", ""},
                                                                                 {"False", "0"},
                                                                                 {"(3,)", "3"},
                                                                                 {"(3,)", "(-3,)"},
                                                                                 {"(3,)", "(3.0,)"},
                                                                                 {"(3,)", "(3"},
                                                                                 {"'<f4'", "<f4"},
                                                                                 {"'<f4'", "'<f4"},
                                                                                 {": '", " '"},
                                                                                 {"}", "} x"}})
    CHECK(says(with(from, to), {"none of NumPy's"}));
  CHECK(says(with("'shape': (3,), ", ""), {"without descr, fortran_order and shape"}));
  CHECK(says(with("'shape'", "'shapes'"), {"unknown key shapes"}));
  CHECK(says(with("'fortran_order': False", "'descr': '<f4'"), {"descr twice"}));
  CHECK(says(with("(3,)", "(4,)"), {"12 bytes", "[4]", "16"}));
  CHECK(says(with("(3,)", "(2,)"), {"12 bytes", "takes 8"}));
  CHECK(says(with("(3,)", "(4294967296, 4294967296)"), {"larger than any memory"}));
  CHECK(says(with("(3,)", "(0, 9223372036854775807, 4)"), {"larger than any memory"}));
  CHECK(says(with("(3,)", "(99999999999999999999,)"), {"no computer can count"}));
  CHECK(says(with("(3,)", "(1, 1, 1, 1, 1, 1, 1, 1, 3)"), {"9 dimensions"}));
  for (const char* type : {"<U4", "<f16", "<i16", "f4", "", "<u8", "<m8"})
    CHECK(says(with("<f4", type), {"elements of type", "can be read"}));
  CHECK(says(complaint(npy(std::string(5000, '('))), {"none of NumPy's"}));
}

TEST_CASE("a .npy file cut anywhere is an error", "[data][npy]") {
  const Bytes whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    complaint({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
  }
  Bytes longer = whole;
  longer.push_back(0);
  CHECK(says(complaint(longer), {"13 bytes"}));
  Bytes version = whole;
  version[6] = 9;
  CHECK(says(complaint(version), {"version 9"}));
  version[6] = 2;  // whose header's length has four bytes
  CHECK(says(complaint(version), {"header has", "bytes"}));
}

TEST_CASE("what no tensor can hold is refused by what it is", "[data][npy]") {
  const auto refused = [](const char* file) { return error_of<IoError>([&] { read_npy(fixture(file)); }); };
  CHECK(says(refused("objects.npy"), {"objects.npy", "Python objects"}));
  CHECK(says(refused("records.npy"), {"records.npy", "several fields"}));
  CHECK(says(refused("complex.npy"), {"complex.npy", "<c8"}));
  CHECK(says(refused("numpy.npz"), {"numpy.npz", "no .npy file"}));
}

TEST_CASE("a .npz file's names and entries are checked", "[data][npy]") {
  const auto refused = [](const char* file) { return error_of<IoError>([&] { read_npz(fixture(file)); }); };
  CHECK(says(refused("twice.npz"), {"twice.npz", "array a twice"}));
  CHECK(says(refused("traversing.npz"), {"../../escaped.npy", "out of its folder"}));
  CHECK(says(refused("fortran.npy"), {"fortran.npy", "no whole zip file"}));
  CHECK(says(refused("parameters.pth"), {"parameters.pth (parameters/data.pkl)", "no .npy file"}));
  CHECK(says(refused("absent.npz"), {"absent.npz", "No such file"}));
  const TempFolder folder;
  const Tensor x = ones({2});
  CHECK(says(error_of<ValueError>([&] {
               data::write_npz(folder / "x", {{"w", x}, {"w", x}});
             }),
             {"w is given twice"}));
  CHECK(says(error_of<ValueError>([&] { data::write_npz(folder / "x", {{"", x}}); }), {"no name"}));
  CHECK(says(error_of<IoError>([&] {
               data::write_npz(folder / "no/x", {{"w", x}});
             }),
             {"no/x", "No such file"}));
  CHECK(folder.empty());
}

}  // namespace gradus::npy_test
