# neural network class definition, no bias, one record of the csv at a time
import numpy
import matplotlib.pyplot


class neuralNetwork:

    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.inodes = inputnodes
        self.hnodes = hiddennodes
        self.onodes = outputnodes

        # w_i_j: link from node i to node j in the next layer
        self.wih = numpy.random.normal(0.0, pow(self.inodes, -0.5), (self.hnodes, self.inodes))
        self.who = numpy.random.normal(0.0, pow(self.hnodes, -0.5), (self.onodes, self.hnodes))

        self.lr = learningrate
        self.activation_function = lambda x: 1 / (1 + numpy.exp(-x))

    def train(self, inputs_list, targets_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        targets = numpy.array(targets_list, ndmin=2).T

        hidden_outputs = self.activation_function(numpy.dot(self.wih, inputs))
        final_outputs = self.activation_function(numpy.dot(self.who, hidden_outputs))

        output_delta = (targets - final_outputs) * final_outputs * (1.0 - final_outputs)
        hidden_delta = numpy.dot(self.who.T, output_delta) * hidden_outputs * (1.0 - hidden_outputs)

        self.who += self.lr * numpy.dot(output_delta, hidden_outputs.T)
        self.wih += self.lr * numpy.dot(hidden_delta, inputs.T)

    def query(self, inputs_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        hidden_outputs = self.activation_function(numpy.dot(self.wih, inputs))
        return self.activation_function(numpy.dot(self.who, hidden_outputs))


n = neuralNetwork(784, 200, 10, 0.1)

training_data_file = open("mnist_dataset/mnist_train_100.csv", 'r')
training_data_list = training_data_file.readlines()
training_data_file.close()

for e in range(5):
    for record in training_data_list:
        all_values = record.split(',')
        inputs = (numpy.asarray(all_values[1:], dtype=float) / 255.0 * 0.99) + 0.01
        targets = numpy.zeros(10) + 0.01
        targets[int(all_values[0])] = 0.99
        n.train(inputs, targets)

image = numpy.asarray(training_data_list[0].split(',')[1:], dtype=float).reshape((28, 28))
matplotlib.pyplot.imshow(image, cmap='Greys', interpolation='None')
print(n.query(image.ravel() / 255.0 * 0.99 + 0.01))
