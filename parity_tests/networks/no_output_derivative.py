import numpy as np

class Network:
  # two layers; reader asked why results differ from his 3 layer net ...

  def __init__(self, inputs=3, hidden=4, outputs=1):
    self.w1 = np.random.randn(inputs, hidden)
    self.w2 = np.random.randn(hidden, outputs)
    self.b1 = np.random.randn(hidden)
    self.b2 = np.random.randn(outputs)

  def sigmoid(self, x):
    return 1/(1+np.exp(-x))

  def deriv(self, a):
    return a*(1-a)

  def forward(self, x):
    self.h = self.sigmoid(np.dot(x, self.w1)+self.b1)
    self.o = self.sigmoid(np.dot(self.h, self.w2)+self.b2)
    return self.o

  def cost(self, y, o):
    return np.sum((o-y)**2)/(2*len(y))

  def backward(self, x, y, o):
    m = len(y)
    d_o = o-y
    d_h = np.dot(d_o, self.w2.T)*self.deriv(self.h)
    return {'w2': np.dot(self.h.T, d_o)/m, 'b2': d_o.mean(axis=0),
            'w1': np.dot(x.T, d_h)/m, 'b1': d_h.mean(axis=0)}

  def update(self, grads, lr):
    self.w1 = self.w1-lr*grads['w1']
    self.b1 = self.b1-lr*grads['b1']
    self.w2 = self.w2-lr*grads['w2']
    self.b2 = self.b2-lr*grads['b2']

  def train(self, x, y, lr=1, epochs=1000):
    for i in range(epochs):
      o = self.forward(x)
      self.update(self.backward(x, y, o), lr)
      if i%100==0: print(i, self.cost(y, o))

if __name__=='__main__':
  x = np.array([[0,0,1],[1,1,1],[1,0,1],[0,1,1]])
  y = np.array([[0],[1],[1],[0]])
  n = Network()
  n.train(x, y)
  print(n.forward(x))
