#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/data/pickle_writer.hpp>
#include <gradus/data/pth.hpp>
#include <gradus/data/tensor_file.hpp>
#include <gradus/data/zip.hpp>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::pth_test {
using namespace test;
using data::read_pth;

namespace {

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(GRADUS_SOURCE_DIR) / "tests/fixtures/files" / name;
}

/// -3, -2, -1, .. in the given shape.
Tensor numbers(const Shape& shape, DType dtype, double start = -3) {
  return reshape(arange(start, start + static_cast<double>(numel(shape))).to(dtype), shape);
}

/// A file whose program is `pickle`, and whose storage 0 has 8 bytes.
std::filesystem::path pth(const std::filesystem::path& file, const std::string& pickle) {
  const std::string content(8, '\0');
  data::ZipWriter zip;
  zip.add("archive/data.pkl", {std::as_bytes(std::span(pickle))});
  zip.add("archive/data/0", {std::as_bytes(std::span(content))});
  zip.write(file);
  return file;
}

/// The error of reading such a file.
std::string complaint(const std::string& pickle) {
  const TempFolder folder;
  const std::string text = error_of<IoError>([&] { read_pth(pth(folder / "x.pth", pickle)); });
  CAPTURE(text);
  CHECK(says(text, {"read_pth: ", "/x.pth"}));
  return text;
}

/// `{'w': tensor}` for a tensor of this description.
struct Description {
  std::string_view storage = "FloatStorage";
  std::string key = "0";
  std::int64_t count = 2, offset = 0;
  std::vector<std::int64_t> shape{2}, strides{1};

  std::string pickle() const {
    data::PickleWriter out;
    out.empty_dict();
    out.mark();
    out.text("w");
    out.global("torch._utils", "_rebuild_tensor_v2");
    out.mark();
    out.mark();
    out.text("storage");
    out.global("torch", storage);
    out.text(key);
    out.text("cpu");
    out.integer(count);
    out.tuple();
    out.persistent();
    out.integer(offset);
    for (const auto& dims : {shape, strides}) {
      out.mark();
      for (const std::int64_t n : dims) out.integer(n);
      out.tuple();
    }
    out.tuple();
    out.call();
    out.set_items();
    return std::move(out).finish();
  }
};

}  // namespace

TEST_CASE("a state dict of PyTorch is read with all dtypes, views and ties", "[data][pth]") {
  const data::NamedTensors tensors = read_pth(fixture("torch.pth"));
  const Tensor whole = numbers({3, 4}, float32);
  const std::vector<std::pair<std::string, Tensor>> expected{
      {"float16", numbers({2, 3}, float32)},
      {"bfloat16", numbers({2, 3}, float32)},
      {"float32", numbers({2, 3}, float32)},
      {"float64", numbers({2, 3}, float64)},
      {"int8", numbers({2, 3}, int64)},
      {"int16", numbers({2, 3}, int64)},
      {"int32", numbers({2, 3}, int64)},
      {"int64", numbers({2, 3}, int64)},
      {"uint8", numbers({2, 3}, uint8, 0)},
      {"bool", tensor({{0, 1, 0}, {1, 0, 1}}, {.dtype = boolean})},
      {"transposed", transpose(whole, 0, 1)},
      {"row", select(whole, 0, 1)},
      {"tied", whole},
      {"scalar", tensor(-3)},
      {"empty", zeros({0, 3})},
      {"expanded", full({3, 2}, 7)}};
  REQUIRE(tensors.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(expected[i].first);
    CHECK(tensors[i].first == expected[i].first);
    CHECK(same_bits(tensors[i].second, expected[i].second));
  }
  CHECK(tensors[10].second.shares_storage(tensors[12].second));
  CHECK(tensors[11].second.shares_storage(tensors[12].second));
  const data::NamedTensors parameters = read_pth(fixture("parameters.pth"));
  REQUIRE(parameters.size() == 2);
  CHECK(same_bits(parameters[0].second, full({1, 2}, 2)));
  CHECK(same_bits(parameters[1].second, full({1}, -1)));
}

TEST_CASE("what is written comes back with all its bits, and ties", "[data][pth]") {
  Generator generator(1);
  const Tensor tied = randn({2, 3}, {}, &generator);
  const data::NamedTensors content{{"a", tied},
                                   {"b", transpose(tied, 0, 1)},
                                   {"c", tied},
                                   {"exact", randn({4}, {.dtype = float64}, &generator)},
                                   {"steps", tensor(-7, {.dtype = int64})},
                                   {"bytes", tensor({1, 255}, {.dtype = uint8})},
                                   {"flags", tensor({1, 0}, {.dtype = boolean})},
                                   {"none", zeros({0, 5})},
                                   {"'quoted' ü", ones({1})}};
  const TempFolder folder;
  data::write_pth(folder / "x.pth", content);
  const data::NamedTensors back = read_pth(folder / "x.pth");
  REQUIRE(back.size() == content.size());
  for (std::size_t i = 0; i < content.size(); ++i) {
    CAPTURE(content[i].first);
    CHECK(back[i].first == content[i].first);
    CHECK(same_bits(back[i].second, content[i].second));
  }
  CHECK(back[0].second.shares_storage(back[2].second));
  CHECK_FALSE(back[0].second.shares_storage(back[1].second));
  data::write_pth(folder / "y.pth", content);
  CHECK(read_bytes(folder / "x.pth") == read_bytes(folder / "y.pth"));  // no clock in the file
  CHECK(says(error_of<ValueError>([&] {
               data::write_pth(folder / "z", {{"w", tied}, {"w", tied}});
             }),
             {"w is given twice"}));
}

TEST_CASE("a file that asks for anything but tensors is refused by the name of it", "[data][pth]") {
  const auto refused = [](const char* file) { return error_of<IoError>([&] { read_pth(fixture(file)); }); };
  CHECK(says(refused("evil.pth"), {"evil.pth", "posix.system", "nothing was run"}));
  CHECK(says(refused("module.pth"), {"module.pth", "torch.nn.modules.linear.Linear"}));
  CHECK(says(refused("nested.pth"), {"nested.pth", "a dict under model"}));
  CHECK(says(refused("list.pth"), {"list.pth", "a list instead of a dict"}));
  CHECK(says(refused("old_format.pth"), {"old_format.pth", "before 1.6"}));
  CHECK(says(refused("numpy.npz"), {"numpy.npz", "without data.pkl"}));
  CHECK(says(refused("fortran.npy"), {"fortran.npy", "no whole zip file"}));
  CHECK(says(refused("absent.pth"), {"absent.pth", "No such file"}));
  CHECK_FALSE(std::filesystem::exists("this-must-not-exist"));
}

TEST_CASE("a tensor must lie within its storage", "[data][pth]") {
  const TempFolder folder;
  REQUIRE(same_bits(read_pth(pth(folder / "x.pth", Description{}.pickle()))[0].second, zeros({2})));
  using D = Description;
  CHECK(says(complaint(D{.count = 3}.pickle()), {"8 bytes", "3 elements of tensor w", "12"}));
  CHECK(says(complaint(D{.count = 1}.pickle()), {"8 bytes", "tensor w"}));
  CHECK(says(complaint(D{.count = -1}.pickle()), {"storage of tensor w"}));
  CHECK(says(complaint(D{.count = std::int64_t{1} << 62}.pickle()), {"tensor w", "larger than any memory"}));
  CHECK(says(complaint(D{.key = "1"}.pickle()), {"no entry archive/data/1", "tensor w"}));
  CHECK(says(complaint(D{.key = "../data.pkl"}.pickle()), {"no entry archive/data/../data.pkl"}));
  CHECK(says(complaint(D{.offset = 1}.pickle()), {"tensor w", "element 2 of a storage of 2"}));
  CHECK(says(complaint(D{.offset = -1}.pickle()), {"tensor w"}));
  CHECK(says(complaint(D{.shape = {3}}.pickle()), {"tensor w", "element 2 of a storage of 2"}));
  CHECK(says(complaint(D{.strides = {2}}.pickle()), {"tensor w", "element 2 of a storage of 2"}));
  CHECK(says(complaint(D{.strides = {-1}}.pickle()), {"tensor w", "the number -1"}));
  CHECK(says(complaint(D{.shape = {-1}}.pickle()), {"tensor w", "the number -1"}));
  CHECK(says(complaint(D{.shape = {2, 1}}.pickle()), {"tensor w", "2 sizes and 1 strides"}));
  CHECK(says(complaint(D{.shape = {1, 1, 1, 1, 1, 1, 1, 1, 1}}.pickle()), {"tensor w", "9 dimensions"}));
  constexpr std::int64_t large = std::int64_t{1} << 40;
  CHECK(says(complaint(D{.shape = {large, large}, .strides = {0, 0}}.pickle()),
             {"tensor w", "larger than any memory"}));
  CHECK(says(complaint(D{.shape = {large}, .strides = {large}}.pickle()), {"tensor w", "beyond any memory"}));
}

TEST_CASE("a program that no pickle of tensors has is an error", "[data][pth]") {
  using namespace std::string_literals;
  const std::string proto = "\x80\x02"s;
  CHECK(says(complaint(""), {"truncated"}));
  CHECK(says(complaint("\x80\x04."s), {"protocol 4"}));
  CHECK(says(complaint(proto + "."), {"leaves 0 values"}));
  CHECK(says(complaint(proto + "NN."), {"leaves 2 values"}));
  CHECK(says(complaint(proto + "N("s + "."), {"leaves 1 values"}));
  CHECK(says(complaint(proto + "N."), {"None instead of a dict"}));
  CHECK(says(complaint(proto + "t."), {"mark where there is none"}));
  CHECK(says(complaint(proto + "(s."), {"value where there is none"}));
  CHECK(says(complaint(proto + "N(R."), {"value where there is none"}));
  CHECK(says(complaint(proto + "}(Nu."), {"key without a value"}));
  CHECK(says(complaint(proto + "NNNs."), {"puts items into None"}));
  CHECK(says(complaint(proto + "h\x05."s), {"recalls value 5"}));
  CHECK(says(complaint(proto + "j\xFF\xFF\xFF\xFF."s), {"recalls value 4294967295"}));
  CHECK(says(complaint(proto + "NQ."), {"storage by None"}));
  CHECK(says(complaint(proto + "N)R."), {"calls None"}));
  CHECK(says(complaint(proto + "X\xFF\xFF\xFF\xFF"s + "abc"), {"truncated", "4294967295"}));
  CHECK(says(complaint(proto + "cos\nsystem\n(X\x02\0\0\0lstR."s), {"os.system", "nothing was run"}));
  CHECK(says(complaint(proto + "ctorch"), {"truncated", "name"}));
  CHECK(says(complaint(proto + "\x8A\x09"s + std::string(9, 'x')), {"number of 9 bytes"}));
  CHECK(says(complaint(proto + "}NNs."), {"None for a name"}));
  CHECK(says(complaint(proto + "}X\x01\0\0\0wNs."s), {"None under w"}));
  CHECK(says(complaint(proto + "}(X\x01\0\0\0wNX\x01\0\0\0wNu."s), {"None under w"}));
  for (const char op :
       {'i', 'o', '\x81', '\x92', '\x93', 'P', 'S', 'V', 'I', 'F', 'L', '0', '2', '\x95', '\x8C'})
    CHECK(says(complaint(proto + op), {"which no dict of tensors needs"}));
  // A dict that holds itself, and a tuple in a tuple, a hundred thousand deep.
  CHECK(says(complaint(proto + "}q\0X\x01\0\0\0wh\0s."s), {"a dict under w"}));
  CHECK(says(complaint(proto + ")" + std::string(100'000, '\x85') + "."), {"a tuple instead of a dict"}));
}

TEST_CASE("a file of tensors is written by its extension and read by its content", "[data][tensor_file]") {
  const TempFolder folder;
  const data::TensorFile content{{{"w", ones({2})}, {"b", zeros({3})}}, {{"model", "cnn"}}};
  for (const char* name : {"x.safetensors", "x.pth", "x.pt", "x.npz"}) {
    CAPTURE(name);
    data::save_tensors(folder / name, content);
    std::filesystem::rename(folder / name, folder / "renamed");
    const data::TensorFile back = data::load_tensors(folder / "renamed");
    REQUIRE(back.tensors.size() == 2);
    CHECK(back.tensors[1].first == "b");
    CHECK(same_bits(back.tensors[0].second, ones({2})));
    CHECK(back.metadata.size() == (name == std::string("x.safetensors") ? 1U : 0U));
  }
  CHECK(says(error_of<ValueError>([&] { data::save_tensors(folder / "x.onnx", content); }),
             {"x.onnx", ".safetensors"}));
  CHECK(says(error_of<IoError>([&] { data::load_tensors(folder / "no"); }), {"/no", "No such file"}));
}

}  // namespace gradus::pth_test
