#include "support/catch.hpp"

#include <tensorboard.pb.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/png.hpp>
#include <gradus/nn/nn.hpp>
#include <gradus/training/crc32c.hpp>
#include <gradus/training/layer_costs.hpp>
#include <gradus/training/report.hpp>
#include <gradus/training/tensorboard.hpp>
#include <limits>
#include <set>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::reports_test {
namespace tb = gradus::tensorboard;
using training::Report;

namespace {

struct Net {
  nn::Conv2d conv{1, 2, 3};
  nn::Sequential head{nn::ReLU{}, nn::Linear{8, 3}};
  Tensor operator()(const Tensor& x) const { return head(flatten(conv(x), 1)); }
};

std::uint32_t masked(const char* bytes, std::size_t count) {
  training::Crc32c crc;
  crc.add(bytes, count);
  return ((crc.value() >> 15) | (crc.value() << 17)) + 0xA282EAD8U;
}

/// The events of a file, whose frame is checked.
std::vector<tb::Event> events_in(const std::filesystem::path& file) {
  const std::string bytes = data::read_file(file);
  std::vector<tb::Event> events;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t size = 0;
    std::uint32_t check = 0;
    REQUIRE(at + 12 <= bytes.size());
    std::memcpy(&size, &bytes[at], 8);
    std::memcpy(&check, &bytes[at + 8], 4);
    CHECK(check == masked(&bytes[at], 8));
    REQUIRE(at + 16 + size <= bytes.size());
    std::memcpy(&check, &bytes[at + 12 + size], 4);
    CHECK(check == masked(&bytes[at + 12], size));
    REQUIRE(events.emplace_back().ParseFromArray(&bytes[at + 12], static_cast<int>(size)));
    at += 16 + size;
  }
  return events;
}

std::string page_of(const Report& report) {
  const test::TempFolder folder;
  training::write_report(folder / "r.html", report);
  return data::read_file(folder / "r.html");
}

}  // namespace

TEST_CASE("TensorBoard's files hold what was written", "[training][tensorboard]") {
  const test::TempFolder folder;
  std::filesystem::path file;
  {
    training::TensorBoard board(folder / "a/b", {.from_step = 7});
    file = board.file();
    board.scalar("loss/train", 0.25, 3);
    board.histogram("w", tensor({-1.0, 0.0, 0.0, 2.0, std::nan("")}), 4);
    board.image("grey", full({1, 2, 3}, 0.5), 5);
  }
  CHECK(file.filename().string().find("events.out.tfevents.") == 0);
  const auto events = events_in(file);
  REQUIRE(events.size() == 5);
  CHECK(events[0].file_version() == "brain.Event:2");
  CHECK(events[0].wall_time() > 1.6e9);
  CHECK(events[1].session_log().status() == tb::SessionLog::START);
  CHECK(events[1].step() == 7);
  CHECK(events[2].step() == 3);
  CHECK(events[2].summary().value(0).tag() == "loss/train");
  CHECK(events[2].summary().value(0).simple_value() == 0.25F);
  const auto& image = events[4].summary().value(0).image();
  CHECK((image.height() == 2 && image.width() == 3 && image.colorspace() == 1));
  data::write_file(folder / "x.png", image.encoded_image_string());
  CHECK(test::same_bits(data::read_png(folder / "x.png", data::Channels::grey),
                        full({1, 2, 3}, 128, {.dtype = uint8})));
}

TEST_CASE("a histogram counts each finite value once", "[training][tensorboard]") {
  const test::TempFolder folder;
  training::TensorBoard board(folder.path());
  const Tensor values = randn({500}, {.dtype = float64});
  board.histogram("w", values, 1);
  board.histogram("none", zeros({0}), 1);
  board.histogram("same", tensor({0.0, 0.0, -std::numeric_limits<double>::infinity()}), 1);
  board.flush();
  const auto events = events_in(board.file());
  const auto& histogram = events[1].summary().value(0).histo();
  CHECK(histogram.num() == 500);
  CHECK(histogram.min() == min(values).item<double>());
  CHECK(histogram.max() == max(values).item<double>());
  CHECK(std::abs(histogram.sum() - sum(values).item<double>()) < 1e-9);
  REQUIRE(histogram.bucket_size() == histogram.bucket_limit_size());
  double below = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < histogram.bucket_size(); ++i) {
    const double limit = histogram.bucket_limit(i);
    double count = 0;
    for (const double v : values.to_vector<double>()) count += v > below && v <= limit ? 1 : 0;
    CHECK(histogram.bucket(i) == count);
    below = limit;
  }
  CHECK(events[2].summary().value(0).histo().num() == 0);
  CHECK(events[2].summary().value(0).histo().bucket_size() >= 1);
  CHECK(events[3].summary().value(0).histo().num() == 2);
}

TEST_CASE("TensorBoard's graph names parameters by path and links ops", "[training][tensorboard]") {
  const test::TempFolder folder;
  training::TensorBoard board(folder.path());
  const Net net;
  nn::named_parameters(net);
  board.graph(sum(net(ones({1, 1, 4, 4}))));
  CHECK_THROWS_AS(board.graph(ones({1})), GraphError);
  board.flush();
  const auto events = events_in(board.file());
  tb::GraphDef graph;
  REQUIRE(graph.ParseFromString(events[1].graph_def()));
  std::set<std::string> names;
  bool found = false;
  for (const auto& node : graph.node()) {
    for (const std::string& input : node.input()) CHECK(names.count(input) == 1);
    CHECK(names.insert(node.name()).second);
    if (node.op() != "conv2d") continue;
    found = true;
    CHECK(node.input(0) == "conv/weight");
    const auto& shape = node.attr().at("_output_shapes").list().shape(0);
    CHECK(shape.dim_size() == 4);
    CHECK(shape.dim(1).size() == 2);
    CHECK(node.attr().at("line").s().find("reports_test.cpp:") != std::string::npos);
  }
  CHECK(found);
  CHECK(names.count("head/1/bias") == 1);
}

TEST_CASE("what TensorBoard cannot take is refused", "[training][tensorboard]") {
  const test::TempFolder folder;
  data::write_file(folder / "file", "");
  CHECK_THROWS_AS(training::TensorBoard(folder / "file"), IoError);
  training::TensorBoard board(folder.path());
  CHECK_THROWS_AS(board.image("x", ones({2, 2, 2}), 0), ShapeError);
  CHECK_THROWS_AS(board.image("x", ones({1, 2, 2}, {.dtype = int64}), 0), DTypeError);
}

TEST_CASE("the costs of a step are listed by layer", "[training][costs]") {
  const Net net;
  const auto costs = training::layer_costs(net, [&] { return sum(net(ones({5, 1, 4, 4}))); });
  REQUIRE(costs.size() == 4);
  CHECK(costs[0].path == "conv");
  CHECK(costs[0].output == Shape{5, 2, 2, 2});
  CHECK(costs[0].parameters == (2 * 9 + 2) * 4);
  CHECK(costs[0].memory == 5 * 8 * 4);
  CHECK(costs[1].path == "head.0");
  CHECK(costs[2].path == "head.1");
  CHECK(costs[3].path.empty());
  for (const auto& cost : costs) {
    CHECK(cost.forward > 0);
    CHECK(cost.backward > 0);
  }
}

TEST_CASE("a report has what it was given and needs nothing else", "[training][report]") {
  Report report;
  report.title = "a <b> & \"c\"";
  CHECK(page_of(report).find("<h1>a &lt;b&gt; &amp; &quot;c&quot;</h1>") != std::string::npos);
  CHECK(page_of(report).find("<h2>") == std::string::npos);
  report.headlines = {{"accuracy", "99%"}};
  report.history.add({{"epoch", 1}, {"loss", 0.5}});
  report.history.add({{"epoch", 2}, {"loss", 0.25}});
  report.history.add({{"epoch", 3}, {"loss", std::nan("")}});
  report.curves = {{"Loss", {"loss"}}};
  report.confusion = {{8, 2}, {0, 0}};
  report.classes = {"cat", "dog"};
  report.mistakes = {{ones({1, 2, 2}), "a cat"}};
  report.filters = training::filter_pictures(randn({3, 2, 5, 5}), 2);
  report.layers = {{.path = "fc1",
                    .output = {2, 3},
                    .forward = 0.0015,
                    .backward = 0.25,
                    .parameters = 1500,
                    .memory = 7}};
  report.settings = {{"lr", "0.1"}};
  const std::string page = page_of(report);
  for (const char* part : {"99%", "<svg", "M56.0 12.0L", "By epoch.", "<td>80.0%</td>", "<td>0.0%</td>",
                           "<th>dog</th>", "a cat", "src='data:image/png;base64,iVBORw0KGgo", "[2, 3]",
                           "1.5 kB", "7 B", "250.00 ms", "<td>lr</td><td>0.1</td>"}) {
    CAPTURE(part);
    CHECK(page.find(part) != std::string::npos);
  }
  CHECK(report.filters.size() == 2);
  for (const char* outside : {"http:", "https:", "<script", "<link"})
    CHECK(page.find(outside) == std::string::npos);
}

TEST_CASE("a report that does not fit together is refused", "[training][report]") {
  Report report;
  report.confusion = {{1, 2}};
  CHECK_THROWS_AS(page_of(report), ValueError);
  report.confusion = {{1}};
  report.classes = {"a", "b"};
  CHECK_THROWS_AS(page_of(report), ValueError);
  report = {};
  report.history.add({{"epoch", 1}});
  report.curves = {{"Loss", {"loss"}}};
  CHECK_THROWS_AS(page_of(report), IndexError);
  CHECK_THROWS_AS(training::filter_pictures(ones({2, 5}), 4, 2, 2), ShapeError);
}

TEST_CASE("filters are red and blue by their largest weight", "[training][report]") {
  const auto pictures = training::filter_pictures(tensor({{0.5, -1, 0, 1}}), 9, 2, 2);
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].image.to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{228, 35, 255, 200, 148, 90, 255, 40, 150, 190, 255, 45});
}

}  // namespace gradus::reports_test
