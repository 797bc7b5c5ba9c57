#include "train.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include <gradus/autograd/graph.hpp>
#include <gradus/gradus.hpp>
#include <gradus/nn/digest.hpp>
#include <gradus/onnx/onnx.hpp>

#include "fit.hpp"
#include "models.hpp"
#include "page.hpp"
#include "predict.hpp"
#include "report.hpp"

using namespace gradus;

namespace {

/// Throws IoError unless a file of that name can be written. Leaves no trace.
void check_writable(const std::string& file) {
  if (file.empty()) return;
  const bool existed = std::filesystem::exists(file);
  const std::ofstream probe(file, std::ios::app);
  require<IoError>(probe.is_open(), "{} cannot be written ({})", file, std::strerror(errno));
  if (!existed) std::filesystem::remove(file);
}

/// The options that a failed step was made with, as far as they matter for computing it again.
Options as_in_capsule(Options o) {
  const auto settings = training::read_checkpoint(o.replay).settings;
  const auto model = settings.find("model"), dropout = settings.find("dropout");
  require<IoError>(model != settings.end() && dropout != settings.end(), "{} is no capsule of mnist",
                   o.replay);
  o.model = model->second;
  o.dropout = std::strtod(dropout->second.c_str(), nullptr);
  return o;
}

/// The model, its data and everything that a run leaves behind.
template <class Net>
class Trainer {
 public:
  explicit Trainer(const Options& options) : o_(options) {
    if constexpr (requires { net_.dropout; }) net_.dropout.p = o_.dropout;
    if (o_.load.empty()) return;
    const data::TensorFile file = data::load_tensors(o_.load);
    if (const auto name = file.metadata.find("model");
        name != file.metadata.end() && name->second != o_.model)
      fail<IoError>("{} holds a {}, not a {}; say --model {}", o_.load, name->second, o_.model, name->second);
    nn::load_state_dict(net_, file.tensors);
  }

  int run() {
    if (!o_.replay.empty()) return replay();
    if (!o_.load.empty() && !o_.predict.empty()) {
      predict();
      return 0;
    }
    const auto train = data::mnist(data::Split::train, {.folder = o_.data});
    const auto test = data::mnist(data::Split::test, {.folder = o_.data});
    announce(train);
    if (!o_.graph.empty()) write_graph(train);
    const auto start = Clock::now();
    if (o_.augment) {
      fit(data::map(
              train,
              [](const data::Mnist::Example& e, Generator& generator) {
                const double paper = (0 - 0.1307) / 0.3081;
                return data::Mnist::Example{
                    data::random_affine(
                        e.image, generator,
                        {.degrees = 10, .scale_least = 0.9, .scale_most = 1.1, .shift = 0.07, .fill = paper}),
                    e.label};
              }),
          test);
    } else {
      fit(train, test);
    }
    const double seconds = seconds_since(start);
    save();
    return finish(train, test, seconds);
  }

 private:
  void announce(const data::Mnist& train) const {
    if (o_.quiet) return;
    if (train.is_sample())
      fmt::print("no MNIST found: training on the built-in sample of {} images (./dev fetch gets all)\n",
                 train.size());
    fmt::print("{}: {} parameters, {} images from {}, {} lr {} {}, batch {}, seed {}, {} thread{}\n",
               o_.model, parameter_count(), train.size(), train.folder().string(), o_.optimizer,
               learning_rate(o_), o_.schedule, o_.batch_size, o_.seed, thread_count(),
               thread_count() == 1 ? "" : "s");
  }

  std::int64_t parameter_count() const {
    std::int64_t count = 0;
    for (const Tensor& p : nn::parameters(net_)) count += p.numel();
    return count;
  }

  template <data::Dataset D>
  void fit(D train, const data::Mnist& test) {
    Fit<Net, D> session(o_, net_, std::move(train), stop_);
    history_ = session.history();
    if (!o_.tensorboard.empty()) open_board(test);
    session.run([&] { return evaluate(test); },
                [&](const training::History& history) { report_epoch(history); });
    history_ = session.history();
  }

  Score evaluate(const data::Mnist& test, Outcome* outcome = nullptr) {
    const NoGrad guard;
    nn::eval(net_);
    Score score;
    for (const auto& [images, labels] : data::Loader{test, {.batch_size = 500, .seed = 0}}) {
      const Tensor scores = net_(images);
      if (outcome != nullptr) outcome->add(scores, labels, score.images);
      add(score, scores, labels, net_.loss(scores, labels).template item<double>());
    }
    nn::train(net_);
    return score;
  }

  void report_epoch(const training::History& history) {
    if (!o_.quiet) print_epoch(history, history.size() == 1);
    if (o_.log.ends_with(".csv"))
      training::write_csv(o_.log, history);
    else if (!o_.log.empty())
      training::write_jsonl(o_.log, history);
    if (!board_) return;
    const auto epoch = static_cast<std::int64_t>(history.last("epoch"));
    for (const std::string& column : history.columns())
      if (column != "epoch") board_->scalar(column, history.last(column), epoch);
    for (const auto& [name, parameter] : nn::named_parameters(net_))
      board_->histogram(name, parameter, epoch);
    board_->flush();
  }

  void open_board(const data::Mnist& test) {
    training::TensorBoardOptions options;
    if (o_.resume) options.from_step = static_cast<std::int64_t>(history_.size()) + 1;
    board_.emplace(o_.tensorboard, options);
    const RandomStateKept kept;
    const auto [images, labels] = test.get_batch(std::vector<std::int64_t>{0});
    board_->graph(net_.loss(net_(images), labels));
    board_->image("example", reshape(select(test.pixels(), 0, 0), {1, 28, 28}), 0);
    board_->flush();
  }

  void write_graph(const data::Mnist& train) const {
    const auto [images, labels] = train.get_batch(std::vector<std::int64_t>{0});
    const RandomStateKept kept;
    nn::named_parameters(net_);  // gives the parameters their names
    const auto picture = graph(net_.loss(net_(images), labels));
    std::ofstream out(o_.graph);
    if (o_.graph.ends_with(".graphml"))
      to_graphml(out, picture);
    else
      to_dot(out, picture);
    require<IoError>(out.good(), "{} could not be written", o_.graph);
  }

  void save() const {
    std::string file = o_.save;
    if (file.empty() && stop_ && o_.checkpoint.empty()) file = "mnist-interrupted.safetensors";
    if (file.empty()) return;
    if (file.ends_with(".onnx"))
      onnx::save(net_, {zeros({1, 1, 28, 28})}, file, {.dynamic_batch = true});
    else
      data::save_tensors(file, {nn::state_dict(net_), {{"model", o_.model}}});
    if (!o_.quiet) fmt::print("{}weights written to {}\n", stop_ ? "interrupted: " : "", file);
  }

  int finish(const data::Mnist& train, const data::Mnist& test, double seconds) {
    constexpr int too_low = 1;
    Outcome outcome;
    const Score score = evaluate(test, &outcome);
    if (!o_.quiet) {
      print_confusion(outcome.confusion);
      fmt::print("peak memory {:.0f} MB\n", peak_memory());
    }
    if (!o_.predict.empty()) predict();
    if (!o_.report.empty())
      training::write_report(o_.report, make_page(o_, net_, history_, score, outcome, train, test, seconds));
    fmt::print("test accuracy {:.2f}% ({}/{})  weights {:016x}  {} epoch{} in {:.1f} s\n", score.percent(),
               score.hits, score.images, nn::digest(nn::state_dict(net_)), history_.size(),
               history_.size() == 1 ? "" : "s", seconds);
    if (stop_) return stop_.exit_code();
    return score.percent() < o_.require_accuracy ? too_low : 0;
  }

  void predict() {
    const Tensor picture = load_picture(o_.predict, o_.data);
    const NoGrad guard;
    nn::eval(net_);
    const Tensor x = (reshape(picture, {1, 1, 28, 28}) - 0.1307) / 0.3081;
    print_prediction(picture, softmax(net_(x), 1).to(float64).template to_vector<double>());
  }

  /// Computes a failed step again and says what went wrong in it.
  int replay() {
    constexpr int nothing_found = 1;
    const training::Checkpoint capsule = training::read_checkpoint(o_.replay);
    const auto batch = [&](const char* name) {
      for (const auto& [key, x] : capsule.extra)
        if (key == name) return x;
      fail<IoError>("{} holds no {}: it is no capsule of a failed step", o_.replay, name);
    };
    const Tensor images = batch("images"), labels = batch("labels");
    const auto found = training::replay(net_, capsule, [&] { return net_.loss(net_(images), labels); });
    for (const std::string& call : found.calls) fmt::print("{}\n", call);
    fmt::print("{}\n", found.anomaly.empty() ? "every result and gradient is finite" : found.anomaly);
    return found.anomaly.empty() ? nothing_found : 0;
  }

  Options o_;
  Net net_;
  training::StopSignals stop_;
  training::History history_;
  std::optional<training::TensorBoard> board_;
};

}  // namespace

int run(const Options& given) {
  const Options options = given.replay.empty() ? given : as_in_capsule(given);
  std::optional<ThreadLimit> limit;
  if (options.threads) limit.emplace(*options.threads);
  for (const std::string& file : {options.save, options.graph, options.log, options.report})
    check_writable(file);
  manual_seed(options.seed);
  if (options.model == "mlp") return Trainer<Mlp>(options).run();
  if (options.model == "lenet") return Trainer<LeNet>(options).run();
  return Trainer<Cnn>(options).run();
}
